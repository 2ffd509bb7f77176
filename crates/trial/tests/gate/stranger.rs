//! Side B as somebody else would write it from the pages 4 to 7.

use crate::noise::{self, Noise, Secrets};
use crate::raw::Raw;
use floater_evidence::{Signer, Statement};
use floater_proto::body::{Matched, Policy, Proposal, PublicKeys};
use floater_proto::{Binary, Id, Message, Method, Resource, Role, Start, encode, field, limits};
use ml_kem::{Decapsulate, DecapsulationKey, KeyExport, MlKem768};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;

const FIRST: u64 = u64::MAX - 1;
const SECOND: u64 = u64::MAX - 2;
const CONTROL: u64 = 1 << 63;
/// The roles are drawn: to get none of `B` in so many draws does not happen.
const DRAWS: usize = 60;

pub(crate) struct Stranger {
    raw: Raw,
    match_id: Id,
    own: PublicKeys,
    peer: PublicKeys,
    /// Frames of the other one that were not read yet.
    frames: VecDeque<Vec<u8>>,
    /// Of A, of B: under S.
    records: [[u8; 32]; 2],
    sent: u64,
    requests: u64,
}

const SECRETS: Secrets = Secrets {
    fixed: [0x51; 32],
    ephemeral: [0x52; 32],
};

fn kem() -> DecapsulationKey<MlKem768> {
    DecapsulationKey::from_seed([0x53; 64].into())
}

fn signer() -> Signer {
    Signer::from_seed([0x54; 32])
}

fn keys() -> PublicKeys {
    let mut ek = Box::new(Binary([0; 1184]));
    ek.0.copy_from_slice(&kem().encapsulation_key().to_bytes());
    PublicKeys {
        x25519: Binary(noise::public(SECRETS.fixed)),
        ed25519: signer().public(),
        ek: Some(ek),
        policy: Policy::Hidden,
    }
}

impl Stranger {
    /// Logs in and seeks until a match gives it role B.
    pub(crate) async fn meet(server: SocketAddr, email: &str) -> Self {
        let mut raw = Raw::log_in(server, email).await;
        for _ in 0..DRAWS {
            assert_eq!(raw.post("/seek", &json!({})).await, 202);
            let proposal: Proposal =
                serde_json::from_slice(&raw.told("/match/proposal").await).unwrap();
            if proposal.role == Role::A {
                assert_eq!(raw.post("/seek/end", &json!({})).await, 200);
                continue;
            }
            let own = keys();
            let mut accept = serde_json::to_value(&own).unwrap();
            accept["match"] = json!(proposal.r#match);
            assert_eq!(raw.post("/match/accept", &accept).await, 200);
            let matched: Matched = serde_json::from_slice(&raw.told("/match").await).unwrap();
            return Self {
                raw,
                match_id: matched.r#match,
                own,
                peer: matched.peer.keys,
                frames: VecDeque::new(),
                records: [[0; 32]; 2],
                sent: 0,
                requests: 0,
            };
        }
        unreachable!("role A each time")
    }

    /// FLOATER/1.0 §4.3 and §4.4
    pub(crate) async fn shake_hands(&mut self) {
        let message = self.frame(FIRST).await;
        let prologue = noise::prologue(&self.match_id, &self.peer, &self.own);
        let mut state = Noise::new(&prologue, &self.peer.x25519.0, &self.own.x25519.0);
        let a = self.peer.x25519.0;
        let ciphertext = state.read_first(&SECRETS, a, &message).unwrap();
        let shared = kem().decapsulate_slice(&ciphertext).unwrap();
        let ek = self.own.ek.as_ref().unwrap();
        let psk = noise::psk(&shared, &self.match_id, &ek.0, &ciphertext);
        let ephemeral = message[..32].try_into().unwrap();
        let reply = state.write_second(&SECRETS, a, ephemeral, &psk);
        let transport = state.split();
        let random = [0x55; 32];
        let mut hello = Vec::new();
        encode::request(&mut hello, Method::Post, Resource::Hello)
            .finish(&random)
            .unwrap();
        pad(&mut hello);
        let hello = noise::seal(&transport[1], 0, &[], &hello);
        let both = [framed(SECOND, &reply), framed(0, &hello)].concat();
        self.raw.relay(&both).await;

        let sealed = self.frame(0).await;
        let plain = noise::open(&transport[0], 0, &[], &sealed).unwrap();
        let randoms = [decoded(&plain).body, random.as_slice()].concat();
        let secret = noise::hkdf(Some(&state.h), &randoms, b"FLOATER/1.0 session");
        self.records =
            [b"FLOATER/1.0 record A", b"FLOATER/1.0 record B"].map(|l| noise::expand(&secret, l));
        // ACK: the first frame under S, which ends the repeats.
        let ack = [&[1], 1_u64.to_be_bytes().as_slice()].concat();
        let ack = noise::seal(&self.records[1], CONTROL, &[], &ack);
        self.raw.relay(&framed(CONTROL, &ack)).await;
    }

    /// A request with the next id.
    pub(crate) fn message(&mut self, resource: &str, kind: &str, body: &str) -> Vec<u8> {
        self.requests += 1;
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, Resource::parse(resource).unwrap())
            .request_id(self.requests)
            .content_type(kind)
            .finish(body.as_bytes())
            .unwrap();
        out
    }

    /// A text that is signed as it must be. FLOATER/1.0 §6.3
    pub(crate) fn text(&mut self, number: u64, text: &str) -> Vec<u8> {
        self.requests += 1;
        let statement = Statement {
            match_id: &self.match_id,
            role: Role::B,
            number,
            seen: 0,
            resource: "/text",
            content_type: crate::TEXT,
            referrer: None,
            body: text.as_bytes(),
        };
        let proof = signer().sign(&statement, [0x56; 32]);
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, Resource::Text)
            .request_id(self.requests)
            .field(field::MESSAGE_NUMBER, &number.to_string())
            .field(field::SEEN_NUMBER, "0")
            .field(field::EVIDENCE_KEY, &proof.key.to_string())
            .field(field::SIGNATURE, &proof.signature.to_string())
            .content_type(crate::TEXT)
            .finish(text.as_bytes())
            .unwrap();
        out
    }

    /// Sends the latest request as the next record: status of its answer, and its error.
    pub(crate) async fn ask(&mut self, message: &[u8]) -> (u16, String) {
        let mut plain = message.to_vec();
        pad(&mut plain);
        self.sent += 1;
        let sealed = noise::seal(&self.records[1], self.sent, &[], &plain);
        self.raw.relay(&framed(self.sent, &sealed)).await;
        loop {
            let (n, sealed) = self.next_frame().await;
            if n == 0 || n >= CONTROL {
                continue;
            }
            let plain = noise::open(&self.records[0], n, &[], &sealed).expect("theirs opens");
            let message = decoded(&plain);
            if let Start::Response { status } = message.start
                && message.request_id == Some(self.requests)
            {
                let problem = serde_json::from_slice(message.body).unwrap_or(Value::Null);
                let error = problem["error"].as_str().unwrap_or_default();
                return (status.code(), error.to_owned());
            }
        }
    }

    /// The payload of the next frame with this number.
    async fn frame(&mut self, wanted: u64) -> Vec<u8> {
        loop {
            let (n, payload) = self.next_frame().await;
            if n == wanted {
                return payload;
            }
        }
    }

    async fn next_frame(&mut self) -> (u64, Vec<u8>) {
        while self.frames.is_empty() {
            let body = self.raw.told("/relay").await;
            let mut rest = body.as_slice();
            while let Some((length, after)) = rest.split_first_chunk::<2>() {
                let (frame, after) = after.split_at(u16::from_be_bytes(*length).into());
                self.frames.push_back(frame.to_vec());
                rest = after;
            }
        }
        let frame = self.frames.pop_front().unwrap();
        let (n, payload) = frame.split_first_chunk::<8>().unwrap();
        (u64::from_be_bytes(*n), payload.to_vec())
    }
}

fn framed(n: u64, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).unwrap();
    [&length.to_be_bytes(), n.to_be_bytes().as_slice(), payload].concat()
}

fn pad(message: &mut Vec<u8>) {
    message.resize(message.len().next_multiple_of(256), 0);
}

fn decoded(plain: &[u8]) -> Message<'_> {
    let decoded = floater_proto::decode(plain, limits::INNER_MAX);
    decoded.unwrap().unwrap().0
}
