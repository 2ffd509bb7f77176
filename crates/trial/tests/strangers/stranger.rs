//! A side as somebody else would write it from the pages 4 to 7, which keeps to them until it is
//! told not to.

use crate::hole::Hole;
use crate::noise::{self, Noise, Secrets};
use crate::raw::{Heard, Raw};
use crate::sealed::{FIRST, Opened, SECOND, Sealed, cut, decoded, framed, pad};
use floater_evidence::{Signer, Statement};
use floater_proto::body::{Matched, Policy, Proposal, PublicKeys, Reflectors};
use floater_proto::{Binary, Id, Method, Resource, Role, Start, encode, field};
use ml_kem::{Decapsulate, DecapsulationKey, Encapsulate, EncapsulationKey, KeyExport, MlKem768};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The roles are drawn: to get none of one kind in so many draws does not happen.
const DRAWS: usize = 60;

const SECRETS: Secrets = Secrets {
    fixed: [0x51; 32],
    ephemeral: [0x52; 32],
};
const RANDOM: [u8; 32] = [0x55; 32];

/// Whom to be.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) email: &'a str,
    /// Whence to come.
    pub(crate) from: Option<IpAddr>,
    pub(crate) role: Role,
    pub(crate) policy: Policy,
    /// Whom to believe to be the server, where TLS is spoken.
    pub(crate) trust: Option<&'a TlsConnector>,
}

pub(crate) struct Stranger {
    pub(crate) raw: Raw,
    pub(crate) server: SocketAddr,
    pub(crate) from: Option<IpAddr>,
    pub(crate) role: Role,
    pub(crate) match_id: Id,
    pub(crate) reflectors: Option<Reflectors>,
    own: PublicKeys,
    peer: PublicKeys,
    pub(crate) sealed: Sealed,
    pub(crate) path_key: [u8; 32],
    /// Frames of the other one's handshake.
    shaken: BTreeMap<u64, Vec<u8>>,
    /// What the server asked.
    pub(crate) told: VecDeque<(String, Vec<u8>)>,
    /// Plaintexts of the other one's records, in their order.
    pub(crate) heard: Vec<Vec<u8>>,
    /// Plaintexts of all frames of the other one.
    pub(crate) opened: Vec<Vec<u8>>,
    /// Status and error, by the request.
    answers: BTreeMap<u64, (u16, String)>,
    /// PONGs that came.
    pub(crate) pongs: u64,
    /// The latest frame of the other one.
    pub(crate) latest: Vec<u8>,
    pub(crate) requests: u64,
    /// Signed messages that counted.
    pub(crate) numbers: u64,
    /// The connection to a reflector: whence that sees one counts while it is open.
    pub(crate) seen: Option<TcpStream>,
    pub(crate) holes: BTreeMap<u32, Hole>,
    pub(crate) drawn: u32,
    /// The hole that carries.
    pub(crate) path: Option<u32>,
    /// The number of the last offer.
    pub(crate) offered: u32,
}

fn kem() -> DecapsulationKey<MlKem768> {
    DecapsulationKey::from_seed([0x53; 64].into())
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed([0x54; 32])
}

fn keys(role: Role, policy: Policy) -> PublicKeys {
    let mut ek = Box::new(Binary([0; 1184]));
    ek.0.copy_from_slice(&kem().encapsulation_key().to_bytes());
    PublicKeys {
        x25519: Binary(noise::public(SECRETS.fixed)),
        ed25519: signer().public(),
        ek: (role == Role::B).then_some(ek),
        policy,
    }
}

impl Stranger {
    /// Logs in and seeks until a match gives it the role that is wanted.
    pub(crate) async fn meet(server: SocketAddr, wanted: Wanted<'_>) -> Self {
        let Wanted { role, policy, .. } = wanted;
        let (mut raw, opened) = Raw::log_in(server, wanted).await;
        let reflectors = serde_json::from_value(opened["reflectors"].clone()).ok();
        let own = keys(role, policy);
        let matched = matched(&mut raw, &own, role).await;
        Self {
            raw,
            server,
            from: wanted.from,
            role,
            match_id: matched.r#match,
            reflectors,
            own,
            peer: matched.peer.keys,
            sealed: Sealed::new(role, &[0; 32]),
            path_key: [0; 32],
            shaken: BTreeMap::new(),
            told: VecDeque::new(),
            heard: Vec::new(),
            opened: Vec::new(),
            answers: BTreeMap::new(),
            pongs: 0,
            latest: Vec::new(),
            requests: 0,
            numbers: 0,
            seen: None,
            holes: BTreeMap::new(),
            drawn: 0,
            path: None,
            offered: 0,
        }
    }

    /// FLOATER/1.0 §4.4
    pub(crate) async fn shake_hands(&mut self) {
        let (hash, transport) = match self.role {
            Role::A => self.initiate().await,
            Role::B => self.respond().await,
        };
        let [own, theirs] = match self.role {
            Role::A => transport,
            Role::B => [transport[1], transport[0]],
        };
        let mut hello = Vec::new();
        encode::request(&mut hello, Method::Post, Resource::Hello)
            .finish(&RANDOM)
            .unwrap();
        pad(&mut hello);
        let hello = framed(0, &noise::seal(&own, 0, &[], &hello));
        self.raw.relay(&hello).await;
        let sealed = self.shaken(0).await;
        let plain = noise::open(&theirs, 0, &[], &sealed).unwrap();
        let random = decoded(&plain).body.to_vec();
        let randoms = match self.role {
            Role::A => [RANDOM.to_vec(), random],
            Role::B => [random, RANDOM.to_vec()],
        };
        let secret = noise::hkdf(Some(&hash), &randoms.concat(), b"FLOATER/1.0 session");
        self.sealed = Sealed::new(self.role, &secret);
        self.path_key = noise::expand(&secret, b"FLOATER/1.0 path");
        // The first frame under S, which ends the repeats.
        self.acknowledge().await;
    }

    async fn initiate(&mut self) -> ([u8; 32], [[u8; 32]; 2]) {
        let ek = self.peer.ek.as_ref().unwrap().0;
        let key = EncapsulationKey::<MlKem768>::new((&ek).into()).unwrap();
        let mut rng = ChaCha20Rng::from_seed([0x57; 32]);
        let (ciphertext, shared) = key.encapsulate_with_rng(&mut rng);
        let prologue = noise::prologue(&self.match_id, &self.own, &self.peer);
        let b = self.peer.x25519.0;
        let mut state = Noise::new(&prologue, &self.own.x25519.0, &b);
        let first = state.write_first(&SECRETS, b, &ciphertext);
        let psk = noise::psk(&shared, &self.match_id, &ek, &ciphertext);
        self.raw.relay(&framed(FIRST, &first)).await;
        let second = self.shaken(SECOND).await;
        state.read_second(&SECRETS, &second, &psk).unwrap();
        (state.h, state.split())
    }

    async fn respond(&mut self) -> ([u8; 32], [[u8; 32]; 2]) {
        let message = self.shaken(FIRST).await;
        let prologue = noise::prologue(&self.match_id, &self.peer, &self.own);
        let a = self.peer.x25519.0;
        let mut state = Noise::new(&prologue, &a, &self.own.x25519.0);
        let ciphertext = state.read_first(&SECRETS, a, &message).unwrap();
        let shared = kem().decapsulate_slice(&ciphertext).unwrap();
        let ek = self.own.ek.as_ref().unwrap();
        let psk = noise::psk(&shared, &self.match_id, &ek.0, &ciphertext);
        let ephemeral = message[..32].try_into().unwrap();
        let reply = state.write_second(&SECRETS, a, ephemeral, &psk);
        self.raw.relay(&framed(SECOND, &reply)).await;
        (state.h, state.split())
    }

    async fn shaken(&mut self, n: u64) -> Vec<u8> {
        self.until("the handshake", |it| it.shaken.get(&n).cloned())
            .await
    }

    /// Both say 你好.
    pub(crate) async fn greet(&mut self) {
        let greeting = self.message("/greeting", crate::TEXT, "你好".as_bytes());
        assert_eq!(self.ask(&greeting).await, (200, String::new()));
    }

    /// A request with the next id.
    pub(crate) fn message(&mut self, resource: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        self.requests += 1;
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, Resource::parse(resource).unwrap())
            .request_id(self.requests)
            .content_type(kind)
            .finish(body)
            .unwrap();
        out
    }

    /// What is signed of a text that comes next.
    pub(crate) fn statement<'a>(&self, match_id: &'a Id, body: &'a [u8]) -> Statement<'a> {
        Statement {
            match_id,
            role: self.role,
            number: self.numbers + 1,
            seen: 0,
            resource: "/text",
            content_type: crate::TEXT,
            referrer: None,
            body,
        }
    }

    /// A statement as a message, signed as it must be. FLOATER/1.0 §6.3
    pub(crate) fn signed(&mut self, statement: &Statement<'_>) -> Vec<u8> {
        let proof = signer().sign(statement, [0x56; 32]);
        let (key, signature) = (proof.key.to_string(), proof.signature.to_string());
        self.claimed(statement, &key, &signature)
    }

    /// The same with whatever is said to prove it.
    pub(crate) fn claimed(
        &mut self,
        statement: &Statement<'_>,
        key: &str,
        signature: &str,
    ) -> Vec<u8> {
        self.requests += 1;
        let mut out = Vec::new();
        let resource = Resource::parse(statement.resource).unwrap();
        let mut request = encode::request(&mut out, Method::Post, resource)
            .request_id(self.requests)
            .field(field::MESSAGE_NUMBER, &statement.number.to_string())
            .field(field::SEEN_NUMBER, &statement.seen.to_string())
            .field(field::EVIDENCE_KEY, key)
            .field(field::SIGNATURE, signature);
        if let Some(referrer) = statement.referrer {
            request = request.field(field::REFERRER, referrer);
        }
        request
            .content_type(statement.content_type)
            .finish(statement.body)
            .unwrap();
        out
    }

    /// A text as it must be, with the next number.
    pub(crate) fn text(&mut self, text: &str) -> Vec<u8> {
        let match_id = self.match_id;
        let statement = self.statement(&match_id, text.as_bytes());
        self.signed(&statement)
    }

    /// Says a text that counts.
    pub(crate) async fn say(&mut self, text: &str) {
        let message = self.text(text);
        assert_eq!(self.ask(&message).await, (200, String::new()), "{text}");
        self.numbers += 1;
    }

    /// Sends the latest request as the next record: status of its answer, and its error.
    pub(crate) async fn ask(&mut self, message: &[u8]) -> (u16, String) {
        let record = self.sealed.record(message);
        self.send(&record).await;
        self.answer().await
    }

    /// The answer to the latest request.
    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let id = self.requests;
        self.until("an answer", |it| it.answers.remove(&id)).await
    }

    pub(crate) async fn control(&mut self, plain: &[u8]) {
        let frame = self.sealed.control(plain);
        self.send(&frame).await;
    }

    pub(crate) async fn acknowledge(&mut self) {
        let plain = [&[1], self.sealed.next.to_be_bytes().as_slice()].concat();
        self.control(&plain).await;
    }

    /// Sends frames on the path that carries.
    pub(crate) async fn send(&mut self, frames: &[u8]) {
        match self.path {
            Some(hole) => self.say_on(hole, frames).await,
            None => self.raw.relay(frames).await,
        }
    }

    /// What the server asks next for this resource.
    pub(crate) async fn told(&mut self, resource: &str) -> Vec<u8> {
        let wanted = |it: &mut Self| {
            let at = it.told.iter().position(|(to, _)| to == resource)?;
            it.told.remove(at).map(|(_, body)| body)
        };
        self.until(resource, wanted).await
    }

    /// Listens until it is there.
    pub(crate) async fn until<T>(
        &mut self,
        waited_for: &str,
        mut is_there: impl FnMut(&mut Self) -> Option<T>,
    ) -> T {
        loop {
            if let Some(found) = is_there(self) {
                return found;
            }
            let heard = self.raw.next(waited_for).await;
            self.hear(heard).await;
        }
    }

    /// Hears what is there already.
    pub(crate) async fn listen(&mut self) {
        while let Some(heard) = self.raw.next_if_there() {
            self.hear(heard).await;
        }
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Asked(to, body) if to == "/relay" => {
                for (n, payload) in cut(&body).0 {
                    self.frame(None, n, &payload).await;
                }
            }
            Heard::Asked(to, body) => self.told.push_back((to, body)),
            Heard::Answer(..) => {}
            Heard::Direct(id, bytes) => self.hear_hole(id, &bytes).await,
            Heard::Over(Some(id)) => self.hole_over(id),
            Heard::Over(None) => panic!("the link is closed"),
        }
    }

    /// A frame of a hole, or of the relay.
    pub(crate) async fn frame(&mut self, on: Option<u32>, n: u64, payload: &[u8]) {
        if n == 0 || n >= SECOND {
            self.shaken.entry(n).or_insert_with(|| payload.to_vec());
            return;
        }
        self.latest = framed(n, payload);
        match self.sealed.open(n, payload) {
            Opened::Control(plain) => {
                self.opened.push(plain.clone());
                self.hear_control(on, &plain).await;
            }
            Opened::Records(plains) => {
                for plain in plains {
                    self.hear_record(&plain).await;
                }
                self.acknowledge().await;
            }
        }
    }

    async fn hear_record(&mut self, plain: &[u8]) {
        self.heard.push(plain.to_vec());
        self.opened.push(plain.to_vec());
        let message = decoded(plain);
        match (&message.start, message.request_id) {
            (Start::Response { status }, Some(id)) => {
                let problem: Value = serde_json::from_slice(message.body).unwrap_or_default();
                let error = problem["error"].as_str().unwrap_or_default();
                self.answers.insert(id, (status.code(), error.to_owned()));
            }
            // What is right is answered: that it is delivered.
            (
                Start::Request {
                    method: Method::Post,
                    ..
                },
                Some(id),
            ) => {
                let mut out = Vec::new();
                encode::response(&mut out, floater_proto::Status::OK)
                    .request_id(id)
                    .finish(&[])
                    .unwrap();
                let record = self.sealed.record(&out);
                self.send(&record).await;
            }
            _ => {}
        }
    }

    async fn hear_control(&mut self, on: Option<u32>, plain: &[u8]) {
        match plain {
            [2, 1 | 2, question @ ..] => {
                let next = self.sealed.next.to_be_bytes();
                let answer = [&[2, 0], &question[..8], &next].concat();
                self.control_on(on, &answer).await;
            }
            [4, ..] => self.pongs += 1,
            [3, number @ ..] => self.control_on(on, &[&[4], number].concat()).await,
            [5 | 6, binding @ ..] => self.chosen(on, binding),
            _ => {}
        }
    }

    async fn control_on(&mut self, on: Option<u32>, plain: &[u8]) {
        let frame = self.sealed.control(plain);
        match on {
            Some(hole) => self.say_on(hole, &frame).await,
            None => self.raw.relay(&frame).await,
        }
    }

    /// Whether a record of the other one holds this.
    pub(crate) fn has_heard(&self, part: &str) -> bool {
        let part = part.as_bytes();
        let mut heard = self.heard.iter();
        heard.any(|it| memchr::memmem::find(it, part).is_some())
    }
}

async fn matched(raw: &mut Raw, own: &PublicKeys, role: Role) -> Matched {
    for _ in 0..DRAWS {
        assert_eq!(raw.post("/seek", &json!({})).await, 202);
        let proposal: Proposal =
            serde_json::from_slice(&raw.told("/match/proposal").await).unwrap();
        if proposal.role != role {
            assert_eq!(raw.post("/seek/end", &json!({})).await, 200);
            continue;
        }
        let mut accept = serde_json::to_value(own).unwrap();
        accept["match"] = json!(proposal.r#match);
        assert_eq!(raw.post("/match/accept", &accept).await, 200);
        return serde_json::from_slice(&raw.told("/match").await).unwrap();
    }
    unreachable!("the other role each time")
}
