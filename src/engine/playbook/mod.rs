//! The playbook: deterministic explanations of problems, as data.
