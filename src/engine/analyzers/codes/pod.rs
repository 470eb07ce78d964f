//! The codes of findings about pods.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "ContainerConfigError",
        severity: &[Critical, Warning, Info],
        meaning: "a ConfigMap, Secret or key that a container needs does not exist, or its settings contradict each \
             other",
        fires: "The kubelet says CreateContainerConfigError; what is missing becomes the culprit.",
        silent: "Optional references; a cache of the kubelet that has not heard of the objects yet, for 3 min after \
             the start.",
    },
    Code {
        code: "ContainerCrashLoop",
        severity: &[Critical, Warning],
        meaning: "a container ends with an error again and again",
        fires: "It waits in CrashLoopBackOff, or ended with a code other than 0 and is started again; also one \
             that runs at this second but restarted twice or more and has run for less than 10 min since. \
             Critical while it does not serve.",
        silent: "The first end of a container that is started again at once; old restarts of one that has been \
             stable for 10 min; one end after more than 30 min of work; two restarts of one that its readiness \
             probe has passed since.",
    },
    Code {
        code: "ContainerExited",
        severity: &[Critical, Warning, Info],
        meaning: "a container ended with an error and is not started again",
        fires: "It ended with a code other than 0 and restartPolicy is Never, or the pod is Failed.",
        silent: "Pods of a Job that has succeeded all the same.",
    },
    Code {
        code: "ContainerFinishes",
        severity: &[Critical, Warning],
        meaning: "a command ends with code 0 and is restarted for ever",
        fires: "restartPolicy Always, exit code 0, and it has ended at least twice.",
        silent: "Containers of Jobs and of pods with restartPolicy OnFailure or Never: to finish is their work.",
    },
    Code {
        code: "ContainerNotReady",
        severity: &[Critical, Warning],
        meaning: "a container runs, but its readiness probe fails",
        fires: "It was ready and is not for 20 s, or it has not become ready within its own probe and at least 90 \
             s.",
        silent: "Starts in progress; containers without a readiness probe; ephemeral containers.",
    },
    Code {
        code: "ContainerOOMKilled",
        severity: &[Critical, Warning, Info],
        meaning: "the kernel killed a container because memory ran out",
        fires: "It ended, or ended before it waits for its next start, with the reason OOMKilled, with or without \
             a limit of its own; or it runs again and was killed within the last hour (a warning while it is \
             ready).",
        silent: "A kill of more than an hour ago that was not repeated; exit code 137 without OOMKilled, which is a \
             kill by something else.",
    },
    Code {
        code: "ContainerStartError",
        severity: &[Critical, Warning, Info],
        meaning: "a container cannot be started: command, working directory, device, user, hook or format",
        fires: "The kubelet or the runtime says so (RunContainerError, CreateContainerError, StartError, hook \
             errors, sandbox errors, VerifyNonRootError …), or the program ends with an exec format error.",
        silent: "A container that is being created.",
    },
    Code {
        code: "ContainerWaiting",
        severity: &[Critical, Warning, Info],
        meaning: "a container waits for a reason that is not known here",
        fires: "A waiting reason that no kubelet had when this was written, for more than 1 min; it is told as it \
             is.",
        silent: "ContainerCreating and PodInitializing: see PodStuckStarting.",
    },
    Code {
        code: "ImageInvalid",
        severity: &[Critical, Warning, Info],
        meaning: "the image name cannot be one",
        fires: "The kubelet says InvalidImageName.",
        silent: "Names that are well formed but not found: ImagePullFailed.",
    },
    Code {
        code: "ImageNeverPull",
        severity: &[Critical, Warning, Info],
        meaning: "the image is not on the node and may not be pulled",
        fires: "The kubelet says ErrImageNeverPull.",
        silent: "Images with another pull policy.",
    },
    Code {
        code: "ImagePullFailed",
        severity: &[Critical, Warning, Info],
        meaning: "an image cannot be pulled",
        fires: "ErrImagePull, ImagePullBackOff, ImageInspectError, RegistryUnavailable, SignatureValidationFailed \
             or ImageVolumeMountFailed; the cause (not found, denied, no such host, rate limit, missing pull \
             secret …) is read out of the message.",
        silent: "A pull that goes on.",
    },
    Code {
        code: "InitContainerFailing",
        severity: &[Critical, Warning, Info],
        meaning: "an init container fails, so the pod never gets to its work",
        fires: "As ContainerCrashLoop, of an init container that is no sidecar.",
        silent: "An init container that failed once and then ended well.",
    },
    Code {
        code: "InitContainerHangs",
        severity: &[Critical, Warning],
        meaning: "an init container runs and does not end",
        fires: "It runs for more than 1 min and its log says that it waits for something (critical), or for more \
             than 5 min (warning).",
        silent: "Sidecars (restartPolicy Always), and shorter work.",
    },
    Code {
        code: "LivenessProbeFailing",
        severity: &[Critical, Warning, Info],
        meaning: "the kubelet kills a container because its liveness probe fails",
        fires: "An event says that it was killed for its probe, and it happened again and again within 10 min, or \
             the container waits in back-off after it.",
        silent: "A single kill that was not repeated; failures below the threshold.",
    },
    Code {
        code: "PodDisrupted",
        severity: &[Info],
        meaning: "a pod was to be ended on behalf of others and is still there",
        fires: "DisruptionTarget is True for 2 min (preemption, a taint, an eviction, a node that is \
             gone), the pod is not being deleted, and nothing else is wrong with it.",
        silent: "Pods that go within 2 min; pods that failed so: PodFailed says on whose behalf.",
    },
    Code {
        code: "PodEvicted",
        severity: &[Warning, Critical, Info],
        meaning: "the kubelet evicted the pod",
        fires: "status.reason is Evicted; which resource ran low or which limit was exceeded is read out of the \
             message. Critical for a pod that nobody replaces.",
        silent: "Information alone once its workload is whole again for an hour.",
    },
    Code {
        code: "PodFailed",
        severity: &[Warning, Critical, Info],
        meaning: "the pod failed as a whole",
        fires: "phase Failed with a reason: rejected by its node (NodeAffinity, OutOfcpu, \
             UnexpectedAdmissionError, SysctlForbidden), DeadlineExceeded, a node that was shut down or lost, \
             preemption.",
        silent: "Pods of a Job that has succeeded; information alone once its workload is whole again for an hour.",
    },
    Code {
        code: "PodNoScheduler",
        severity: &[Critical, Warning],
        meaning: "no scheduler looks at the pod",
        fires: "No PodScheduled condition a minute after the pod was made.",
        silent: "Pods with scheduling gates.",
    },
    Code {
        code: "PodOnLostNode",
        severity: &[Critical, Warning],
        meaning: "the pod's node does not answer",
        fires: "The node's Ready condition is Unknown (or the pod's phase is); nobody knows whether the pod still \
             runs.",
        silent: "What its containers said last: it is old, and is not told.",
    },
    Code {
        code: "PodReadinessGateUnset",
        severity: &[Critical, Warning],
        meaning: "all containers are ready, but a readiness gate is not set",
        fires: "The condition of a gate is missing or not True 2 min after the containers became ready.",
        silent: "Gates of pods whose containers are not ready.",
    },
    Code {
        code: "PodResizeStuck",
        severity: &[Warning, Info],
        meaning: "new resources of a running pod are not applied",
        fires: "PodResizePending with the reason Infeasible, or PodResizeInProgress with the reason Error \
             (warning); or one of the two has been True for 10 min (information). Nothing else is wrong \
             with the pod.",
        silent: "A resize that waits for room or goes on for less than 10 min.",
    },
    Code {
        code: "PodSchedulingGated",
        severity: &[Info],
        meaning: "the pod is held back by a scheduling gate",
        fires: "PodScheduled is False with the reason SchedulingGated. By intent: queues work so.",
        silent: "Never more than information.",
    },
    Code {
        code: "PodStuckStarting",
        severity: &[Critical, Warning],
        meaning: "the pod has a node, but its containers are not created",
        fires: "A warning about volumes, sandbox, network or devices for more than 20 s, whose cause is read out \
             of it; or nothing at all for 3 min; or a pull that lasts longer than 15 min (warning).",
        silent: "Retries that end well within 20 s (a cache that was late, a volume that detaches); pulls that go \
             on.",
    },
    Code {
        code: "PodStuckTerminating",
        severity: &[Warning],
        meaning: "the pod was deleted and does not go",
        fires: "It is there a minute after its grace period has ended, held by a finalizer or a node that does not \
             answer; or it ignores SIGTERM for 2 min where its grace period is 10 min or more.",
        silent: "Deletion within the grace period.",
    },
    Code {
        code: "PodUnschedulable",
        severity: &[Critical, Warning],
        meaning: "no node takes the pod",
        fires: "PodScheduled is False for 10 s; the scheduler's message is taken apart (resources, taints, \
             affinity, ports, claims), and what would have to change is named.",
        silent: "An autoscaler that has said that it adds a node, for 10 min; gates: PodSchedulingGated.",
    },
    Code {
        code: "StartupProbeFailing",
        severity: &[Critical, Warning, Info],
        meaning: "a container does not finish its start within what its startup probe allows",
        fires: "It is not started after initialDelaySeconds + periodSeconds × failureThreshold and 90 s more, or \
             it was killed for it.",
        silent: "A start within what its own probe allows, however long that is.",
    },
];
