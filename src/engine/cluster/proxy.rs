//! Which proxy stands between us and a cluster, by kubectl's rules.
//!
//! The library's own choice is not used: it holds `NO_PROXY` against the proxy's name where the cluster's is meant,
//! applies it to `proxy-url` too, and sends loopback through a proxy.

use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::Environment;

/// The proxy for a cluster: `proxy-url` of its entry, which nothing overrides; else the environment's, but never for
/// this machine itself nor for what `NO_PROXY` names.
///
/// # Errors
/// What is wrong with the proxy's URL, without the password that may stand in it.
pub fn choose(
    proxy_url: Option<&str>,
    cluster: &Uri,
    environment: &Environment,
) -> Result<Option<Uri>, String> {
    if let Some(url) = proxy_url.filter(|url| !url.is_empty()) {
        return parse("proxy-url", url).map(Some);
    }
    let (name, url) = match cluster.scheme_str() {
        Some("https") => ("HTTPS_PROXY", &environment.https_proxy),
        _ => ("HTTP_PROXY", &environment.http_proxy),
    };
    let Some(url) = url else {
        return Ok(None);
    };
    if is_this_machine(cluster) || is_excepted(environment.no_proxy.as_deref().unwrap_or(""), cluster) {
        return Ok(None);
    }
    // In the environment the scheme may be left out, and `socks5h` is what is meant by `socks5` anyway: the proxy
    // resolves the name.
    let url = match url.split_once("://") {
        Some(("socks5h", rest)) => format!("socks5://{rest}"),
        Some(_) => url.clone(),
        None => format!("http://{url}"),
    };
    parse(name, &url).map(Some)
}

/// A proxy as it is shown: without user and password.
pub fn shown(proxy: &Uri) -> String {
    let authority = proxy.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{}://{host}", proxy.scheme_str().unwrap_or("http"))
}

fn parse(name: &str, url: &str) -> Result<Uri, String> {
    let parsed = url
        .parse::<Uri>()
        .map_err(|error| format!("{name} is no URL of a proxy: {error}"))?;
    match parsed.scheme_str() {
        // The library would go without them, and the proxy's refusal would be a riddle.
        Some("socks5") if url.contains('@') => Err(format!(
            "{name} is a SOCKS proxy with a user and password, which k8stui cannot show it: use an HTTP proxy, or one \
             that asks for none"
        )),
        Some("http" | "https" | "socks5") => Ok(parsed),
        other => Err(format!(
            "{name} has the scheme {:?}; it must be http, https or socks5",
            other.unwrap_or("")
        )),
    }
}

fn is_this_machine(cluster: &Uri) -> bool {
    let host = cluster.host().unwrap_or("");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_excepted(list: &str, cluster: &Uri) -> bool {
    let port = cluster.port_u16().unwrap_or(443).to_string();
    // An entry may name a port; the matcher knows hosts alone.
    let hosts: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter_map(|entry| match entry.rsplit_once(':') {
            Some((host, of)) if !host.contains(':') => (of == port).then_some(host),
            _ => Some(entry),
        })
        .collect();
    // Any proxy will do: what is asked is whether the list lets it through.
    let matcher = Matcher::builder().all("http://proxy").no(hosts.join(",")).build();
    matcher.intercept(cluster).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_heeded_as_kubectl_does() {
        // cluster, HTTPS_PROXY, NO_PROXY, the proxy
        for (cluster, https, no, expected) in [
            (
                "https://a.corp:6443",
                "http://proxy:3128",
                "",
                Some("http://proxy:3128/"),
            ),
            (
                "https://a.corp:6443",
                "proxy:3128",
                "",
                Some("http://proxy:3128/"),
            ),
            (
                "https://a.corp:6443",
                "socks5h://proxy:1080",
                "",
                Some("socks5://proxy:1080/"),
            ),
            ("https://a.corp:6443", "http://proxy:3128", "*", None),
            ("https://a.corp:6443", "http://proxy:3128", "b.corp, .corp", None),
            ("https://a.corp:6443", "http://proxy:3128", "corp,", None),
            ("https://a.corp:6443", "http://proxy:3128", "a.corp:6443", None),
            (
                "https://a.corp:6443",
                "http://proxy:3128",
                "a.corp:443",
                Some("http://proxy:3128/"),
            ),
            ("https://10.1.2.3:6443", "http://proxy:3128", "10.0.0.0/8", None),
            // The proxy's own name in the list is no reason to go without it.
            (
                "https://a.corp:6443",
                "http://proxy:3128",
                "proxy",
                Some("http://proxy:3128/"),
            ),
            ("https://127.0.0.1:6443", "http://proxy:3128", "", None),
            ("https://[::1]:6443", "http://proxy:3128", "", None),
            ("https://localhost:6443", "http://proxy:3128", "", None),
            ("http://a.corp:8080", "http://proxy:3128", "", None),
        ] {
            let environment = Environment {
                https_proxy: Some(https.to_owned()),
                no_proxy: Some(no.to_owned()),
                ..Environment::default()
            };
            let chosen = choose(None, &cluster.parse().unwrap(), &environment).unwrap();
            assert_eq!(
                chosen.map(|uri| uri.to_string()).as_deref(),
                expected,
                "{cluster} {https} {no}"
            );
        }
    }

    #[test]
    fn what_the_kubeconfig_says_is_not_overridden() {
        let environment = Environment {
            no_proxy: Some("*".to_owned()),
            ..Environment::default()
        };
        let cluster = "https://127.0.0.1:6443".parse().unwrap();
        let chosen = choose(Some("http://me:secret@proxy:3128"), &cluster, &environment).unwrap();
        assert_eq!(shown(&chosen.unwrap()), "http://proxy:3128");
        let line = choose(Some("ftp://me:secret@proxy"), &cluster, &environment).unwrap_err();
        assert!(line.contains("ftp") && !line.contains("secret"), "{line}");
        let line = choose(Some("socks5://me:secret@proxy"), &cluster, &environment).unwrap_err();
        assert!(line.contains("SOCKS") && !line.contains("secret"), "{line}");
    }
}
