//! Proxies that note what is wanted of them and lead everything to one place, whatever its name.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How it is spoken to.
#[derive(Clone, Copy)]
pub enum Speech {
    /// HTTP's CONNECT.
    Connect,
    /// CONNECT, and nobody is let through.
    Refuses,
    /// SOCKS version 5, without a password.
    Socks5,
}

/// A proxy. Gone when dropped.
pub struct Proxy {
    pub address: SocketAddr,
    wanted: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Leads everything to `to`.
    pub async fn start(speech: Speech, to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wanted = Arc::new(Mutex::new(Vec::new()));
        let notes = wanted.clone();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let notes = notes.clone();
                connections.spawn(async move {
                    match speech {
                        Speech::Connect => connect(stream, to, &notes, true).await,
                        Speech::Refuses => connect(stream, to, &notes, false).await,
                        Speech::Socks5 => socks5(stream, to, &notes).await,
                    }
                });
            }
        });
        Self {
            address,
            wanted,
            accepting,
        }
    }

    /// What was wanted: `CONNECT name:port`, the header with the password after it, or `SOCKS name:port`.
    pub fn wanted(&self) -> Vec<String> {
        self.wanted.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connect(
    mut stream: TcpStream,
    to: SocketAddr,
    wanted: &Mutex<Vec<String>>,
    lets_through: bool,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut note = head
        .lines()
        .next()
        .unwrap()
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    if let Some(line) = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("proxy-authorization:"))
    {
        note = format!("{note} {}", line.split_once(": ").unwrap().1);
    }
    wanted.lock().unwrap().push(note);
    if !lets_through {
        return stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    pipe(stream, to).await
}

async fn socks5(mut stream: TcpStream, to: SocketAddr, wanted: &Mutex<Vec<String>>) -> io::Result<()> {
    // Version and methods; none is chosen.
    let _version = stream.read_u8().await?;
    let mut methods = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut methods).await?;
    stream.write_all(&[5, 0]).await?;
    // Version, command, reserved, kind of address: here always a name.
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    assert_eq!(request, [5, 1, 0, 3], "a name is given to the proxy to resolve");
    let mut name = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut name).await?;
    let port = stream.read_u16().await?;
    wanted
        .lock()
        .unwrap()
        .push(format!("SOCKS {}:{port}", String::from_utf8(name).unwrap()));
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 1]).await?;
    pipe(stream, to).await
}

async fn pipe(mut stream: TcpStream, to: SocketAddr) -> io::Result<()> {
    let mut far = TcpStream::connect(to).await?;
    copy_bidirectional(&mut stream, &mut far).await.map(|_| ())
}
