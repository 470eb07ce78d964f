//! The program's own log: a file in the state folder, never the screen.

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::app::config::Dirs;

/// Starts to log to `k8stui.log` of the state folder; `K8STUI_LOG` says what (`debug`, `k8stui=trace`). By default
/// only what went wrong. Nothing is logged for one without a home. The log is flushed when the guard is dropped.
pub fn start(dirs: Option<&Dirs>) -> Option<WorkerGuard> {
    let folder = &dirs?.state;
    std::fs::create_dir_all(folder).ok()?;
    let (writer, guard) =
        tracing_appender::non_blocking(tracing_appender::rolling::never(folder, "k8stui.log"));
    // A body that does not decode is logged by the client that met it: it may hold what must not lie in a file.
    let filter = std::env::var("K8STUI_LOG").unwrap_or_else(|_| "error,async_openai=off".to_owned());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(false)
        .with_writer(writer)
        .finish();
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(guard)
}
