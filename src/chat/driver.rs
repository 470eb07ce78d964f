//! Runs the effects of sessions.
