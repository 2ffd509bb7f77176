//! A mail server that takes what it gets, and keeps it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Real SMTP in plain on loopback.
pub(crate) struct Post {
    pub(crate) address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Post {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::<Mutex<Vec<String>>>::default();
        let kept = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                // Who hangs up in the midst is killed: that is what this is for.
                tokio::spawn(async move { serve(stream, &kept).await });
            }
        });
        Self { address, mails }
    }

    /// All that was taken for somebody, the oldest first.
    pub(crate) fn mails_to(&self, email: &str) -> Vec<String> {
        let to = format!("To: {email}");
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let is_theirs = |mail: &&String| mail.lines().any(|line| line == to);
        mails.iter().filter(is_theirs).cloned().collect()
    }
}

async fn serve(stream: TcpStream, kept: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 post\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                kept.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(mail);
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 post\r\n",
        };
        writer.write_all(answer).await?;
    }
    Ok(())
}
