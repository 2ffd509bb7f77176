//! Direct connections by hand, as the pages have them. FLOATER/1.0 §8

use crate::raw::{Heard, PATIENCE, dial};
use crate::sealed::cut;
use crate::stranger::Stranger;
use floater_proto::Role;
use floater_proto::body::PathOffer;
use floater_punch::reflect::{ANSWER_LENGTH, About, Ask, ReflectKey, observed};
use floater_punch::{PROOF_LENGTH, PathKey, Role as Punching, check, prove};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A connection to the other one on which this side has proved itself.
pub(crate) struct Hole {
    writer: OwnedWriteHalf,
    inbox: Vec<u8>,
    nonce: [u8; 16],
    /// The other one's.
    theirs: Option<[u8; 16]>,
    /// What the other one's SELECT or SELECTED names.
    said: Option<Vec<u8>>,
    is_over: bool,
}

/// An attempt has begun.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) number: u32,
    /// Where the other one listens.
    pub(crate) to: SocketAddr,
}

impl Stranger {
    pub(crate) fn key(&self) -> PathKey {
        PathKey(self.path_key)
    }

    pub(crate) const fn punching(&self) -> Punching {
        match self.role {
            Role::A => Punching::Initiator,
            Role::B => Punching::Responder,
        }
    }

    /// What proves this side in an attempt.
    pub(crate) fn proof(&self, offered: &Offered, nonce: [u8; 16]) -> Vec<u8> {
        prove(&self.key(), self.punching(), offered.number, nonce)
    }

    /// Whence a reflector sees this side, until it asks again.
    pub(crate) async fn seen_at(&mut self) -> SocketAddr {
        let told = self.reflectors.clone().expect("the server helps");
        let to = SocketAddr::new(self.server.ip(), told.ports[0]);
        let mut stream = dial(self.from, to).await.unwrap();
        let (id, key) = (told.id.0, ReflectKey(told.key.expose().0));
        let ask = Ask {
            about: About::Source,
            id,
            nonce: [0x58; 16],
        };
        stream.write_all(&ask.encode(&key)).await.unwrap();
        let mut answer = [0; ANSWER_LENGTH];
        let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await;
        read.expect("a reflector's answer").unwrap();
        self.seen = Some(stream);
        observed(&answer, &ask, &key).unwrap().unwrap()
    }

    /// What this side has prepared, of these ports.
    pub(crate) fn report(&self, ports: &Value) -> Value {
        json!({ "match": self.match_id, "after": self.offered, "ports": ports, "rtt": 0 })
    }

    /// Prepares, and hears what the other one has prepared.
    pub(crate) async fn attempt(&mut self) -> Offered {
        let at = self.seen_at().await;
        let report = self.report(&json!([{ "slot": 1, "observed": at }]));
        assert_eq!(self.raw.post("/path", &report).await, 200);
        self.offer().await
    }

    /// The next offer.
    pub(crate) async fn offer(&mut self) -> Offered {
        let offer: PathOffer = serde_json::from_slice(&self.told("/path/offer").await).unwrap();
        self.offered = offer.number;
        let to = offer.peer.ports[0].observed;
        let number = offer.number;
        Offered { number, to }
    }

    /// Connects and proves itself; the other one proves itself, too, or is closed.
    pub(crate) async fn prove(&mut self, offered: &Offered) -> Option<u32> {
        let stream = dial(self.from, offered.to).await.ok()?;
        let nonce = [u8::try_from(self.drawn % 251).unwrap(); 16];
        let proof = self.proof(offered, nonce);
        let hole = self.keep(stream, nonce);
        self.say_on(hole, &proof).await;
        let (key, theirs) = (self.key(), self.punching().other());
        let number = offered.number;
        let proved = |it: &mut Self| {
            let hole = it.holes.get_mut(&hole)?;
            if let Some(proof) = hole.inbox.first_chunk::<PROOF_LENGTH>() {
                hole.theirs = check(&key, theirs, number, proof);
                assert!(hole.theirs.is_some(), "ours proves itself");
                hole.inbox.drain(..PROOF_LENGTH);
                return Some(true);
            }
            hole.is_over.then_some(false)
        };
        let is_proved = self.until("a proof", proved).await;
        // What came behind the proof.
        self.hear_hole(hole, &[]).await;
        is_proved.then_some(hole)
    }

    /// Knows a connection from now on; what it brings comes to the same ears.
    pub(crate) fn keep(&mut self, stream: TcpStream, nonce: [u8; 16]) -> u32 {
        let id = self.drawn;
        self.drawn += 1;
        let (reader, writer) = stream.into_split();
        tokio::spawn(listen(id, reader, self.raw.ears()));
        let hole = Hole {
            writer,
            inbox: Vec::new(),
            nonce,
            theirs: None,
            said: None,
            is_over: false,
        };
        self.holes.insert(id, hole);
        id
    }

    /// The random bytes of both proofs.
    pub(crate) fn binding(&self, hole: u32) -> Vec<u8> {
        let hole = &self.holes[&hole];
        let theirs = hole.theirs.expect("it is proven");
        match self.role {
            Role::A => [hole.nonce, theirs].concat(),
            Role::B => [theirs, hole.nonce].concat(),
        }
    }

    /// A connection that both choose carries from now on. Where the attempt is spent another one
    /// is made.
    pub(crate) async fn join(&mut self, offered: Offered) {
        let mut offered = offered;
        loop {
            if let Some(hole) = self.prove(&offered).await
                && self.choose(hole).await
            {
                self.path = Some(hole);
                return;
            }
            offered = self.attempt().await;
        }
    }

    /// SELECT and SELECTED; false if it was closed instead.
    pub(crate) async fn choose(&mut self, hole: u32) -> bool {
        let binding = self.binding(hole);
        if self.role == Role::A {
            self.select(hole).await;
        }
        let said = |it: &mut Self| {
            let hole = &it.holes[&hole];
            let is_it = hole.said.as_ref() == Some(&binding);
            is_it.then_some(true).or(hole.is_over.then_some(false))
        };
        let is_chosen = self.until("the choice", said).await;
        if is_chosen && self.role == Role::B {
            self.selected(hole).await;
        }
        is_chosen
    }

    pub(crate) async fn select(&mut self, hole: u32) {
        let select = [&[5], self.binding(hole).as_slice()].concat();
        let frame = self.sealed.control(&select);
        self.say_on(hole, &frame).await;
    }

    pub(crate) async fn selected(&mut self, hole: u32) {
        let selected = [&[6], self.binding(hole).as_slice()].concat();
        let frame = self.sealed.control(&selected);
        self.say_on(hole, &frame).await;
    }

    /// What one says on a connection that is closed is lost.
    pub(crate) async fn say_on(&mut self, hole: u32, bytes: &[u8]) {
        if let Some(hole) = self.holes.get_mut(&hole) {
            let said = timeout(PATIENCE, hole.writer.write_all(bytes)).await;
            let _ = said.expect("the other one takes nothing");
        }
    }

    pub(crate) async fn hear_hole(&mut self, id: u32, bytes: &[u8]) {
        let Some(hole) = self.holes.get_mut(&id) else {
            return;
        };
        hole.inbox.extend_from_slice(bytes);
        if hole.theirs.is_none() {
            return;
        }
        let inbox = std::mem::take(&mut hole.inbox);
        let (frames, rest) = cut(&inbox);
        hole.inbox = rest.to_vec();
        for (n, payload) in frames {
            self.frame(Some(id), n, &payload).await;
        }
    }

    pub(crate) fn chosen(&mut self, on: Option<u32>, binding: &[u8]) {
        if let Some(hole) = on.and_then(|id| self.holes.get_mut(&id)) {
            hole.said = Some(binding.to_vec());
        }
    }

    pub(crate) fn hole_over(&mut self, id: u32) {
        if let Some(hole) = self.holes.get_mut(&id) {
            hole.is_over = true;
        }
        if self.path == Some(id) {
            self.path = None;
        }
    }

    pub(crate) fn is_over(&self, hole: u32) -> bool {
        self.holes.get(&hole).is_none_or(|it| it.is_over)
    }

    /// Waits for its end.
    pub(crate) async fn hole_ends(&mut self, hole: u32) {
        let over = |it: &mut Self| it.is_over(hole).then_some(());
        self.until("the end of a connection", over).await;
    }

    /// Closes one's own end.
    pub(crate) fn drop_hole(&mut self, hole: u32) {
        self.holes.remove(&hole);
        if self.path == Some(hole) {
            self.path = None;
        }
    }
}

async fn listen(id: u32, mut reader: OwnedReadHalf, ears: mpsc::UnboundedSender<Heard>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = reader.read(&mut bytes).await {
        // Whoever listened may be gone.
        let _ = ears.send(Heard::Direct(id, bytes[..length].to_vec()));
    }
    let _ = ears.send(Heard::Over(Some(id)));
}

/// An address of this machine that nobody else here uses.
pub(crate) const fn loopback(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
}
