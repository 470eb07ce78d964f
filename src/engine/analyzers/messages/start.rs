//! Why a container could not be created or started.

use super::{between, brief, last_clause};

/// Why the runtime could not create or start a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartFailure {
    /// The command is not in the image.
    CommandNotFound(String),
    /// The command may not be executed.
    NotExecutable(String),
    /// The command is no program for this machine, or a script without a first line that names its interpreter.
    NotAProgram(String),
    /// The working directory is not there or may not be entered.
    WorkingDirectory(String),
    /// A volume cannot be mounted there.
    Mount {
        /// Where in the container.
        path: String,
        /// Why.
        why: String,
    },
    /// The user that it is to run as is not in the image.
    UnknownUser(String),
    /// `runAsNonRoot` is set and the image runs as root.
    RunsAsRoot,
    /// `runAsNonRoot` is set and the image names its user by name, which cannot be verified.
    UserByName(String),
    /// The memory limit is too small even for the start.
    MemoryTooSmall,
    /// The hook after the start fails, which ends the container.
    PostStartHook,
    /// A name or path is taken or invalid; the runtime's words.
    Other(String),
}

/// Reads the message of `StartError`, `RunContainerError`, `CreateContainerError`, `CreateContainerConfigError`.
pub fn parse(message: &str) -> StartFailure {
    let quoted_command = || {
        between(message, "exec: \"", "\"")
            .or_else(|| between(message, "exec ", ": "))
            .unwrap_or("")
            .to_owned()
    };
    if message.contains("runAsNonRoot and image will run as root")
        || message.contains("image will run as root")
    {
        StartFailure::RunsAsRoot
    } else if message.contains("runAsNonRoot") && message.contains("non-numeric user") {
        StartFailure::UserByName(
            between(message, "non-numeric user (", ")")
                .unwrap_or("")
                .to_owned(),
        )
    } else if message.contains("exec format error") {
        StartFailure::NotAProgram(quoted_command())
    } else if message.contains("chdir to cwd") || message.contains("mkdir cwd") {
        StartFailure::WorkingDirectory(between(message, "(\"", "\")").unwrap_or("").to_owned())
    } else if message.contains("error mounting") || message.contains("failed to mount") {
        let path = between(message, "to rootfs at \"", "\"")
            .or_else(|| between(message, "at \"", "\""))
            .unwrap_or("");
        StartFailure::Mount {
            path: path.to_owned(),
            why: last_clause(message).to_owned(),
        }
    } else if message.contains("unable to find user") || message.contains("no users found") {
        let user = between(message, "unable to find user ", ":").unwrap_or("");
        StartFailure::UnknownUser(user.to_owned())
    } else if message.contains("executable file not found")
        || (message.contains("exec") && message.contains("no such file or directory"))
    {
        StartFailure::CommandNotFound(quoted_command())
    } else if message.contains("exec") && message.contains("permission denied") {
        StartFailure::NotExecutable(quoted_command())
    } else if message.contains("OOM-killed") || message.contains("memory limit too low") {
        StartFailure::MemoryTooSmall
    } else if message.contains("PostStartHook") {
        StartFailure::PostStartHook
    } else {
        StartFailure::Other(brief(last_clause(message), 90))
    }
}

impl StartFailure {
    /// The title of a row.
    pub fn title(&self) -> String {
        match self {
            Self::CommandNotFound(command) if command.is_empty() => "its entry point is not found".to_owned(),
            Self::CommandNotFound(command) => format!("entry point \"{command}\" not found"),
            Self::NotExecutable(command) => format!("entry point \"{command}\" may not be executed"),
            Self::NotAProgram(command) if command.is_empty() => {
                "its entry point is no program for this machine".to_owned()
            }
            Self::NotAProgram(command) => format!("entry point \"{command}\" is no program for this machine"),
            Self::WorkingDirectory(path) => format!("working directory {path} cannot be entered"),
            Self::Mount { path, why } => format!("cannot mount a volume at {path}: {why}"),
            Self::UnknownUser(user) => format!("user {user} does not exist in the image"),
            Self::RunsAsRoot => "runAsNonRoot is set, but the image runs as root".to_owned(),
            Self::UserByName(user) => {
                format!("runAsNonRoot is set, but the image names its user by name ({user})")
            }
            Self::MemoryTooSmall => "memory limit too small even to start".to_owned(),
            Self::PostStartHook => "postStart hook fails".to_owned(),
            Self::Other(why) if why.is_empty() => "container cannot be started".to_owned(),
            Self::Other(why) => format!("container cannot be started: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_failures_are_told_apart() {
        let oci = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc \
                   create failed: unable to start container process: ";
        for (message, want) in [
            (
                format!("{oci}exec: \"docker-entrypoint\": executable file not found in $PATH: unknown"),
                "entry point \"docker-entrypoint\" not found",
            ),
            (
                format!("{oci}exec: \"/app/run\": stat /app/run: no such file or directory: unknown"),
                "entry point \"/app/run\" not found",
            ),
            (
                format!("{oci}exec: \"/scripts/run.sh\": permission denied: unknown"),
                "entry point \"/scripts/run.sh\" may not be executed",
            ),
            (
                "exec /scripts/run: exec format error".to_owned(),
                "entry point \"/scripts/run\" is no program for this machine",
            ),
            (
                format!(
                    "{oci}error during container init: error mounting \"/var/lib/node/kubelet/pods/6f/volume-subpaths/\
                     conf/nginx/0\" to rootfs at \"/etc/nginx/conf.d\": mount /var/lib/x:/etc/nginx/conf.d (via \
                     /proc/self/fd/6), flags: 0x5001: not a directory: unknown"
                ),
                "cannot mount a volume at /etc/nginx/conf.d: not a directory",
            ),
            (
                "container has runAsNonRoot and image will run as root (pod: \"cache-6b_x(5)\", container: redis)"
                    .to_owned(),
                "runAsNonRoot is set, but the image runs as root",
            ),
            (
                "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root"
                    .to_owned(),
                "runAsNonRoot is set, but the image names its user by name (app)",
            ),
            (
                format!("{oci}chdir to cwd (\"/srv/app\") set in config.json failed: no such file or directory"),
                "working directory /srv/app cannot be entered",
            ),
            (
                format!("{oci}unable to find user web: no matching entries in passwd file"),
                "user web does not exist in the image",
            ),
            ("PostStartHook failed".to_owned(), "postStart hook fails"),
            (String::new(), "container cannot be started"),
        ] {
            assert_eq!(parse(&message).title(), want, "{message}");
        }
    }
}
