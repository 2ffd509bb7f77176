//! Side B as somebody else would write it, who keeps to the pages or does not: it can send
//! whatever it likes. Side A is ours.

use crate::noise::{self, Noise, Secrets};
use crate::pair::{A, B, KEY_SEEDS, MATCH, SEEDS, begin, side};
use floater_e2e::{Conversation, Event, Output, PathId, PathKind};
use floater_evidence::{Signer, Statement};
use floater_proto::{Message, Method, Resource, Role, Start, Status, encode, field, limits};
use ml_kem::{Decapsulate, DecapsulationKey, MlKem768};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

const RELAY: PathId = PathId(1);
pub(crate) const FIRST: u64 = u64::MAX - 1;
pub(crate) const SECOND: u64 = u64::MAX - 2;
pub(crate) const CONTROL: u64 = 1 << 63;

/// What a handshake came to; the vectors print it.
pub(crate) struct Transcript {
    pub(crate) x25519: [u8; 32],
    pub(crate) ed25519: [u8; 32],
    pub(crate) kem: [u8; 64],
    pub(crate) ephemeral: [u8; 32],
    pub(crate) prologue: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) shared: Vec<u8>,
    pub(crate) psk: [u8; 32],
    pub(crate) hash: [u8; 32],
    pub(crate) transport: [[u8; 32]; 2],
    pub(crate) randoms: [[u8; 32]; 2],
    pub(crate) secret: [u8; 32],
    pub(crate) records: [[u8; 32]; 2],
    pub(crate) path_key: [u8; 32],
    /// Message 1, message 2, `/hello` of A, `/hello` of B.
    pub(crate) frames: [Vec<u8>; 4],
}

pub(crate) struct Stranger {
    pub(crate) now: u64,
    pub(crate) side: Conversation,
    pub(crate) events: Vec<Event>,
    /// Frames of our side that were not read yet.
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) signer: Signer,
    pub(crate) transcript: Transcript,
    pub(crate) next: u64,
    pub(crate) controls: u64,
    number: u64,
    request: u64,
}

/// What our side has answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) id: Option<u64>,
    pub(crate) status: Status,
    pub(crate) body: String,
}

pub(crate) fn frame(n: u64, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).unwrap();
    [&length.to_be_bytes(), n.to_be_bytes().as_slice(), payload].concat()
}

pub(crate) fn pad(message: &mut Vec<u8>) {
    message.resize(message.len().div_ceil(256) * 256, 0);
}

pub(crate) fn split(frame: &[u8]) -> (u64, &[u8]) {
    (
        u64::from_be_bytes(frame[2..10].try_into().unwrap()),
        &frame[10..],
    )
}

fn bytes<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut out = [0; N];
    rng.fill_bytes(&mut out);
    out
}

fn outputs(side: &mut Conversation, events: &mut Vec<Event>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some(output) = side.poll() {
        match output {
            Output::Send { bytes, .. } => frames.push(bytes.into()),
            Output::Event(event) => events.push(event),
            Output::Close { .. } => {}
        }
    }
    frames
}

/// B's handshake by the pages, with the secrets that our own B would draw.
pub(crate) fn shake(side: &mut Conversation, events: &mut Vec<Event>) -> Transcript {
    let (a, b) = (crate::pair::side(A).own, crate::pair::side(B).own);
    let mut rng = ChaCha20Rng::from_seed(KEY_SEEDS[B]);
    let (x25519, ed25519, kem) = (bytes(&mut rng), bytes(&mut rng), bytes::<64>(&mut rng));
    let mut rng = ChaCha20Rng::from_seed(SEEDS[B]);
    let ephemeral = bytes(&mut ChaCha20Rng::from_seed(bytes(&mut rng)));
    let own_random: [u8; 32] = bytes(&mut rng);
    let own = Secrets {
        fixed: x25519,
        ephemeral,
    };
    side.handle_path_up(0, RELAY, PathKind::Relay);
    side.handle_room(0, RELAY, usize::MAX / 2);
    let first = outputs(side, events).remove(0);
    let (n, message) = split(&first);
    assert_eq!((n, message.len()), (FIRST, 32 + 1088 + 16));

    let prologue = noise::prologue(&MATCH, &a, &b);
    let mut state = Noise::new(&prologue, &a.x25519.0, &b.x25519.0);
    let ciphertext = state.read_first(&own, a.x25519.0, message).unwrap();
    let decapsulation = DecapsulationKey::<MlKem768>::from_seed(kem.into());
    let shared = decapsulation
        .decapsulate_slice(&ciphertext)
        .unwrap()
        .to_vec();
    let psk = noise::psk(&shared, &MATCH, &b.ek.as_ref().unwrap().0, &ciphertext);
    let peer_ephemeral = message[..32].try_into().unwrap();
    let reply = state.write_second(&own, a.x25519.0, peer_ephemeral, &psk);
    let transport = state.split();
    let second = frame(SECOND, &reply);
    let mut hello = Vec::new();
    encode::request(&mut hello, Method::Post, Resource::Hello)
        .finish(&own_random)
        .unwrap();
    pad(&mut hello);
    let own_hello = frame(0, &noise::seal(&transport[B], 0, &[], &hello));

    side.handle_bytes(0, RELAY, &[second.as_slice(), &own_hello].concat());
    let peer_hello = outputs(side, events).remove(0);
    let (n, sealed) = split(&peer_hello);
    assert_eq!(n, 0);
    let plain = noise::open(&transport[A], 0, &[], sealed).unwrap();
    let (message, _) = floater_proto::decode(&plain, limits::INNER_MAX)
        .unwrap()
        .unwrap();
    let peer_random: [u8; 32] = message.body.try_into().unwrap();
    let randoms = [peer_random, own_random];
    let secret = noise::hkdf(Some(&state.h), &randoms.concat(), b"FLOATER/1.0 session");
    let records =
        [b"FLOATER/1.0 record A", b"FLOATER/1.0 record B"].map(|l| noise::expand(&secret, l));
    let path_key = noise::expand(&secret, b"FLOATER/1.0 path");
    assert_eq!(side.path_key(), None, "nothing has come under S yet");
    Transcript {
        path_key,
        x25519,
        ed25519,
        kem,
        ephemeral,
        prologue,
        ciphertext,
        shared,
        psk,
        hash: state.h,
        transport,
        randoms,
        secret,
        records,
        frames: [first, second, peer_hello, own_hello],
    }
}

impl Stranger {
    /// Through the handshake; nobody has greeted.
    pub(crate) fn secured() -> Self {
        let mut stranger = Self::beginning();
        stranger.read();
        stranger
    }

    /// The same, and what our side has sent under S is still to be read.
    pub(crate) fn beginning() -> Self {
        let mut events = Vec::new();
        let mut ours = begin(A, &side(A)).unwrap();
        let transcript = shake(&mut ours, &mut events);
        let mut stranger = Self {
            now: 0,
            side: ours,
            events,
            frames: Vec::new(),
            signer: Signer::from_seed(transcript.ed25519),
            transcript,
            next: 1,
            controls: 0,
            number: 0,
            request: 0,
        };
        stranger.acknowledge(1);
        assert!(stranger.side.is_secured());
        let path_key = stranger.side.path_key();
        assert_eq!(path_key, Some(&stranger.transcript.path_key));
        stranger
    }

    /// Both have greeted.
    pub(crate) fn greeted() -> Self {
        let mut stranger = Self::secured();
        stranger.side.greet(0).unwrap();
        stranger.greet();
        assert!(stranger.side.is_gate_open());
        stranger.read();
        stranger
    }

    pub(crate) fn greet(&mut self) {
        self.post(
            Resource::Greeting,
            "text/plain; charset=utf-8",
            "你好".as_bytes(),
        );
    }

    pub(crate) fn give(&mut self, bytes: &[u8]) {
        self.side.handle_bytes(self.now, RELAY, bytes);
        let frames = outputs(&mut self.side, &mut self.events);
        self.frames.extend(frames);
    }

    pub(crate) fn pass(&mut self, span: u64) {
        let until = self.now + span;
        while let Some(at) = self.side.wake_at().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.side.handle_wake(self.now);
            let frames = outputs(&mut self.side, &mut self.events);
            self.frames.extend(frames);
        }
        self.now = until;
    }

    /// Seals a plaintext as it is.
    pub(crate) fn sealed(&self, n: u64, plain: &[u8]) -> Vec<u8> {
        frame(n, &noise::seal(&self.transcript.records[B], n, &[], plain))
    }

    /// Sends a plaintext as the next record.
    pub(crate) fn record(&mut self, plain: &[u8]) {
        let frame = self.sealed(self.next, plain);
        self.next += 1;
        self.give(&frame);
    }

    pub(crate) fn message(&mut self, mut message: Vec<u8>) {
        pad(&mut message);
        self.record(&message);
    }

    pub(crate) fn control(&mut self, plain: &[u8]) {
        let frame = self.sealed(CONTROL + self.controls, plain);
        self.controls += 1;
        self.give(&frame);
    }

    pub(crate) fn acknowledge(&mut self, next: u64) {
        let plain = [&[1], next.to_be_bytes().as_slice()].concat();
        self.control(&plain);
    }

    /// A request with an id; the id.
    pub(crate) fn post(&mut self, resource: Resource, kind: &str, body: &[u8]) -> u64 {
        self.request += 1;
        let mut out = Vec::new();
        encode::request(&mut out, Method::Post, resource)
            .request_id(self.request)
            .content_type(kind)
            .finish(body)
            .unwrap();
        self.message(out);
        self.request
    }

    pub(crate) fn get(&mut self, resource: &str, range: Option<&str>) -> u64 {
        self.request += 1;
        let (id, resource) = (self.request, Resource::parse(resource).unwrap());
        let mut out = Vec::new();
        let request = encode::request(&mut out, Method::Get, resource).request_id(id);
        let request = match range {
            Some(range) => request.field(field::RANGE, range),
            None => request,
        };
        request.finish(&[]).unwrap();
        self.message(out);
        id
    }

    /// A statement of this side: the next number, nothing seen.
    pub(crate) fn statement<'a>(&self, body: &'a [u8]) -> Statement<'a> {
        Statement {
            match_id: &MATCH,
            role: Role::B,
            number: self.number + 1,
            seen: 0,
            resource: "/text",
            content_type: "text/plain; charset=utf-8",
            referrer: None,
            body,
        }
    }

    /// Signs and sends a statement; the id of the request.
    pub(crate) fn say(&mut self, statement: &Statement<'_>) -> u64 {
        let proof = self.signer.sign(statement, [3; 32]);
        self.number = statement.number;
        self.put(
            statement,
            &proof.key.to_string(),
            &proof.signature.to_string(),
        )
    }

    /// Sends a statement with whatever is said to prove it.
    pub(crate) fn put(&mut self, statement: &Statement<'_>, key: &str, signature: &str) -> u64 {
        self.request += 1;
        let mut out = Vec::new();
        let resource = Resource::parse(statement.resource).unwrap();
        let mut request = encode::request(&mut out, Method::Post, resource)
            .request_id(self.request)
            .field(field::MESSAGE_NUMBER, &statement.number.to_string())
            .field(field::SEEN_NUMBER, &statement.seen.to_string())
            .field(field::EVIDENCE_KEY, key)
            .field(field::SIGNATURE, signature)
            .content_type(statement.content_type);
        if let Some(referrer) = statement.referrer {
            request = request.field(field::REFERRER, referrer);
        }
        request.finish(statement.body).unwrap();
        self.message(out);
        self.request
    }

    /// Opens what our side has sent: plaintexts with their n.
    pub(crate) fn read(&mut self) -> Vec<(u64, Vec<u8>)> {
        let key = self.transcript.records[A];
        let open = |bytes: Vec<u8>| {
            let (n, sealed) = split(&bytes);
            let under_s = n > 0 && n < SECOND;
            under_s.then(|| (n, noise::open(&key, n, &[], sealed).expect("ours opens")))
        };
        self.frames.drain(..).filter_map(open).collect()
    }

    /// The answers among what our side has sent.
    pub(crate) fn answers(&mut self) -> Vec<Answer> {
        let read = self.read();
        let records = read.iter().filter(|(n, _)| *n < CONTROL);
        records
            .filter_map(|(_, plain)| answer(&decode(plain)))
            .collect()
    }

    /// The status that the last request was answered with.
    pub(crate) fn status(&mut self) -> u16 {
        let answers = self.answers();
        let own = answers
            .iter()
            .find(|answer| answer.id == Some(self.request));
        own.map_or(0, |answer| answer.status.code())
    }

    pub(crate) fn shown(&self) -> usize {
        let shown = |event: &&Event| matches!(event, Event::Text { .. } | Event::Picture { .. });
        self.events.iter().filter(shown).count()
    }
}

pub(crate) fn decode(plain: &[u8]) -> Message<'_> {
    floater_proto::decode(plain, limits::INNER_MAX)
        .unwrap()
        .unwrap()
        .0
}

fn answer(message: &Message<'_>) -> Option<Answer> {
    let Start::Response { status } = message.start else {
        return None;
    };
    let body = String::from_utf8_lossy(message.body).into_owned();
    Some(Answer {
        id: message.request_id,
        status,
        body,
    })
}
