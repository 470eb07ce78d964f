//! Serves the embedded cluster until it is interrupted; prints the path of a kubeconfig for it.

use std::io::Write;

use k8stui::demo::{Demo, DemoOptions};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let demo = Demo::start(DemoOptions::default()).await?;
    let path = std::env::temp_dir().join(format!("k8stui-demo-{}.kubeconfig", std::process::id()));
    std::fs::write(&path, demo.kubeconfig())?;
    writeln!(std::io::stdout().lock(), "{}", path.display())?;
    tokio::signal::ctrl_c().await?;
    demo.shutdown().await;
    std::fs::remove_file(&path)
}
