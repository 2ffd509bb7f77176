//! Connections to the punch port that are not the right one. While each is there, or comes to its
//! end, the right one is found.

use super::{Scene, THIRD};
use crate::hole::Offered;
use crate::raw::dial;
use crate::stranger::Stranger;
use floater_punch::{PROOF_LENGTH, PathKey, prove};
use floater_trial::Outcome;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// Whoever said nothing right is closed within the proof's 2 s, on a busy machine a little later.
const CLOSED_WITHIN: Duration = Duration::from_secs(5);
/// Connections that come at once.
const CROWD: usize = 1_000;

/// A connection that says some bytes.
struct Knock {
    name: &'static str,
    says: fn(&Stranger, &Offered) -> Vec<u8>,
    then: Then,
}

/// What it does then.
#[derive(Clone, Copy)]
enum Then {
    Stays,
    Fin,
    Rst,
    /// It says them one by one.
    Trickles,
}

const KNOCKS: &[Knock] = &[
    Knock {
        name: "says nothing",
        says: |_, _| Vec::new(),
        then: Then::Stays,
    },
    Knock {
        name: "half of a proof",
        says: |it, offered| right(it, offered)[..PROOF_LENGTH / 2].to_vec(),
        then: Then::Stays,
    },
    Knock {
        name: "all but the last byte of a proof",
        says: |it, offered| right(it, offered)[..PROOF_LENGTH - 1].to_vec(),
        then: Then::Stays,
    },
    Knock {
        name: "zeros",
        says: |_, _| vec![0; PROOF_LENGTH],
        then: Then::Stays,
    },
    Knock {
        name: "a megabyte of noise",
        says: |_, _| {
            (0..1 << 20)
                .map(|it: u32| it.to_le_bytes()[1] ^ 0x5a)
                .collect()
        },
        then: Then::Stays,
    },
    Knock {
        name: "HTTP",
        says: |_, _| b"GET / HTTP/1.1\r\nHost: floater.example\r\nAccept: */*\r\n\r\n".to_vec(),
        then: Then::Stays,
    },
    Knock {
        name: "the hello of TLS",
        says: |_, _| [&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3][..], &[7; 506]].concat(),
        then: Then::Stays,
    },
    Knock {
        name: "FLOATER, as to a server",
        says: |_, _| {
            b"Request-Method: POST\r\nResource: /session\r\nRequest-Id: 1\r\n\r\n".to_vec()
        },
        then: Then::Stays,
    },
    Knock {
        name: "a wrong MAC",
        says: |it, offered| {
            let mut proof = right(it, offered);
            proof[PROOF_LENGTH - 1] ^= 1;
            proof
        },
        then: Then::Stays,
    },
    Knock {
        name: "the MAC of another nonce",
        says: |it, offered| [&[0x61; 16], &right(it, offered)[16..]].concat(),
        then: Then::Stays,
    },
    Knock {
        name: "the victim's own role",
        says: |it, offered| prove(&it.key(), it.punching().other(), offered.number, [0x62; 16]),
        then: Then::Stays,
    },
    Knock {
        name: "the number of the attempt before",
        says: |it, offered| prove(&it.key(), it.punching(), offered.number - 1, [0x63; 16]),
        then: Then::Stays,
    },
    Knock {
        name: "the number of an attempt to come",
        says: |it, offered| prove(&it.key(), it.punching(), offered.number + 1, [0x64; 16]),
        then: Then::Stays,
    },
    Knock {
        name: "another key",
        says: |it, offered| {
            prove(
                &PathKey([0x65; 32]),
                it.punching(),
                offered.number,
                [0x65; 16],
            )
        },
        then: Then::Stays,
    },
    Knock {
        name: "noise, byte by byte",
        says: |_, _| vec![0x66; PROOF_LENGTH + 1],
        then: Then::Trickles,
    },
    Knock {
        name: "nothing, and FIN",
        says: |_, _| Vec::new(),
        then: Then::Fin,
    },
    Knock {
        name: "nothing, and RST",
        says: |_, _| Vec::new(),
        then: Then::Rst,
    },
    Knock {
        name: "a right proof, and FIN",
        says: right,
        then: Then::Fin,
    },
    Knock {
        name: "a right proof, and RST",
        says: right,
        then: Then::Rst,
    },
];

/// A proof that would count. Each has another nonce: the number of the attempt is in it.
fn right(it: &Stranger, offered: &Offered) -> Vec<u8> {
    let mut nonce = [0x60; 16];
    nonce[..4].copy_from_slice(&offered.number.to_be_bytes());
    it.proof(offered, nonce)
}

/// Each with an attempt of its own.
pub(super) async fn all(scene: &mut Scene) -> Outcome<()> {
    let mut closing = Vec::new();
    for knock in KNOCKS {
        let offered = scene.stranger.attempt().await;
        let bytes = (knock.says)(&scene.stranger, &offered);
        closing.push((knock.name, knocks(offered.to, bytes, knock.then).await));
        finds(scene, offered, knock.name).await?;
    }
    closing.push(("its own proof, sent back", mirror(scene).await?));
    closing.push(("a proof that has counted", again(scene).await?));
    crowd(scene).await?;
    for (name, closed) in closing {
        let closed = timeout(CLOSED_WITHIN, closed).await;
        closed
            .unwrap_or_else(|_| panic!("{name}: is never closed"))
            .unwrap();
    }
    Ok(())
}

async fn finds(scene: &mut Scene, offered: Offered, name: &'static str) -> Outcome<()> {
    scene.joins(offered).await;
    assert!(scene.stranger.path.is_some(), "{name}: no direct path");
    scene.still_listens(name).await?;
    scene.tell(name, "closed, and the right one is found meanwhile");
    Ok(())
}

/// Does it, and waits for the end elsewhere.
async fn knocks(to: SocketAddr, bytes: Vec<u8>, then: Then) -> JoinHandle<()> {
    let mut stream = dial(Some(THIRD), to).await.unwrap();
    match then {
        Then::Rst => {
            let _ = stream.write_all(&bytes).await;
            stream.set_zero_linger().unwrap();
            return tokio::spawn(async move { drop(stream) });
        }
        Then::Fin => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Then::Stays | Then::Trickles => {}
    }
    tokio::spawn(async move {
        let (mut reader, mut writer) = stream.split();
        let saying = async {
            match then {
                Then::Stays => drop(writer.write_all(&bytes).await),
                Then::Trickles => {
                    for byte in bytes {
                        let _ = writer.write_all(&[byte]).await;
                        tokio::task::yield_now().await;
                    }
                }
                Then::Fin | Then::Rst => {}
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = ended(&mut reader) => {}
            () = saying => {}
        }
    })
}

/// Nothing comes but a proof, and then the end.
async fn ended(reader: &mut (impl AsyncReadExt + Unpin)) {
    let mut heard = Vec::new();
    let _ = reader.read_to_end(&mut heard).await;
    assert!(heard.len() <= PROOF_LENGTH, "{} bytes", heard.len());
}

async fn proof_of(stream: &mut TcpStream) -> [u8; PROOF_LENGTH] {
    let mut proof = [0; PROOF_LENGTH];
    let read = timeout(CLOSED_WITHIN, stream.read_exact(&mut proof)).await;
    read.expect("ours proves itself").unwrap();
    proof
}

async fn mirror(scene: &mut Scene) -> Outcome<JoinHandle<()>> {
    let offered = scene.stranger.attempt().await;
    let mut stream = dial(Some(THIRD), offered.to).await?;
    let proof = proof_of(&mut stream).await;
    stream.write_all(&proof).await?;
    let closed = tokio::spawn(async move { ended(&mut stream).await });
    finds(scene, offered, "its own proof, sent back").await?;
    Ok(closed)
}

async fn again(scene: &mut Scene) -> Outcome<JoinHandle<()>> {
    let offered = scene.stranger.attempt().await;
    let proof = right(&scene.stranger, &offered);
    let mut first = dial(Some(THIRD), offered.to).await?;
    first.write_all(&proof).await?;
    proof_of(&mut first).await;
    let mut second = dial(Some(THIRD), offered.to).await?;
    second.write_all(&proof).await?;
    let closed = tokio::spawn(async move {
        ended(&mut second).await;
        // Until then: the first one has counted.
        drop(first);
    });
    finds(scene, offered, "a proof that has counted").await?;
    Ok(closed)
}

/// Who says nothing gives way to whoever comes, so that the right one is never kept out.
async fn crowd(scene: &mut Scene) -> Outcome<()> {
    let offered = scene.stranger.attempt().await;
    let to = offered.to;
    let began = Instant::now();
    let dials: Vec<_> = (0..CROWD)
        .map(|_| tokio::spawn(dial(Some(THIRD), to)))
        .collect();
    finds(scene, offered, "a thousand at once").await?;
    println!(
        "     the right one after {} ms",
        began.elapsed().as_millis()
    );
    for dial in dials {
        dial.abort();
    }
    Ok(())
}
