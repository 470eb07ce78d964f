//! Any OpenAI-compatible endpoint.
/// Installs TLS.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
