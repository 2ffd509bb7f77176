//! Noise KKpsk2 with an ML-KEM ciphertext in its first message, then `/hello` each way.
//! FLOATER/1.0 §4

use crate::aead::{Aead, TAG};
use crate::frame::{self, Frame, HANDSHAKE_A, HANDSHAKE_B};
use crate::keys::Decapsulator;
use crate::labels;
use crate::noise::Primitives;
use bytes::Bytes;
use floater_proto::body::PublicKeys;
use floater_proto::{Id, Method, Resource, Role, Start, encode};
use hkdf::Hkdf;
use ml_kem::{Decapsulate, Encapsulate, EncapsulationKey, MlKem768};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use snow::{HandshakeState, StatelessTransportState};
use zeroize::Zeroizing;

/// Bytes of an ML-KEM-768 ciphertext.
const CIPHERTEXT: usize = 1088;

/// What both have when the handshake is done. Everything of it comes from S by label.
pub(crate) struct Session {
    /// Seals one's own frames.
    pub(crate) seal: Aead,
    /// Opens the peer's frames.
    pub(crate) open: Aead,
    /// The hash of the whole handshake, for the safety code.
    pub(crate) hash: [u8; 32],
    /// Proves on a direct connection that it is the one wanted.
    pub(crate) path_key: Zeroizing<[u8; 32]>,
}

/// What a handshake begins with.
pub(crate) struct Begin<'a> {
    pub(crate) role: Role,
    pub(crate) match_id: Id,
    pub(crate) x25519: Zeroizing<[u8; 32]>,
    pub(crate) kem: Option<Decapsulator>,
    pub(crate) own: &'a PublicKeys,
    pub(crate) peer: &'a PublicKeys,
}

/// The handshake of one side. FLOATER/1.0 §4.4
pub(crate) struct Handshake {
    role: Role,
    random: Zeroizing<[u8; 32]>,
    /// Sent again each second, same bytes.
    frames: Vec<Bytes>,
    stage: Stage,
}

enum Stage {
    /// A has sent its message.
    AwaitReply(Box<HandshakeState>),
    /// B waits for A's message.
    AwaitFirst(Box<Responder>),
    /// The Noise keys are there; the peer's `/hello` is not.
    AwaitHello(Box<Transport>),
    /// S is known, or nothing can be had.
    Done,
}

struct Responder {
    noise: HandshakeState,
    kem: Decapsulator,
    match_id: Id,
    ek: Vec<u8>,
}

struct Transport {
    noise: StatelessTransportState,
    hash: [u8; 32],
}

impl Handshake {
    /// Begins. `None` if the primitives fail, which the keys' check excludes.
    pub(crate) fn new(setup: Begin<'_>, rng: &mut ChaCha20Rng) -> Option<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        rng.fill_bytes(random.as_mut());
        let (role, match_id) = (setup.role, setup.match_id);
        let sides = Sides::of(&setup);
        let prologue = sides.prologue(&match_id);
        let params = labels::NOISE.parse().ok()?;
        let builder = snow::Builder::with_resolver(params, Box::new(Primitives { seed }));
        let builder = builder.prologue(&prologue).ok()?;
        let builder = builder.local_private_key(setup.x25519.as_ref()).ok()?;
        let builder = builder.remote_public_key(&setup.peer.x25519.0).ok()?;
        let ek = sides.b.ek.as_deref()?.0;
        let mut handshake = Self {
            role,
            random,
            frames: Vec::new(),
            stage: Stage::Done,
        };
        handshake.stage = match role {
            Role::A => handshake.begin(builder.build_initiator().ok()?, &match_id, &ek, rng)?,
            Role::B => {
                let noise = builder.build_responder().ok()?;
                let (kem, ek) = (setup.kem?, ek.to_vec());
                Stage::AwaitFirst(Box::new(Responder {
                    noise,
                    kem,
                    match_id,
                    ek,
                }))
            }
        };
        Some(handshake)
    }

    /// A's step 1: encapsulates, writes message 1, sets the psk for message 2.
    fn begin(
        &mut self,
        mut noise: HandshakeState,
        match_id: &Id,
        ek: &[u8; 1184],
        rng: &mut ChaCha20Rng,
    ) -> Option<Stage> {
        let key = EncapsulationKey::<MlKem768>::new(ek.into()).ok()?;
        let (ciphertext, shared) = key.encapsulate_with_rng(rng);
        let mut message = vec![0; 32 + CIPHERTEXT + TAG];
        noise.write_message(&ciphertext, &mut message).ok()?;
        noise
            .set_psk(2, psk(&shared, match_id, ek, &ciphertext).as_ref())
            .ok()?;
        self.frames.push(frame::write(HANDSHAKE_A, &message));
        Some(Stage::AwaitReply(Box::new(noise)))
    }

    /// What is repeated until a frame under S was opened.
    pub(crate) fn frames(&self) -> &[Bytes] {
        &self.frames
    }

    /// Takes a handshake message or a `/hello`. Whatever does not verify changes nothing.
    pub(crate) fn handle(&mut self, frame: Frame<'_>) -> Option<Session> {
        let stage = std::mem::replace(&mut self.stage, Stage::Done);
        match (stage, frame.n) {
            (Stage::AwaitReply(noise), HANDSHAKE_B) => {
                self.stage = self.reply(noise, frame.payload)
            }
            (Stage::AwaitFirst(responder), HANDSHAKE_A) => {
                self.stage = self.first(responder, frame.payload);
            }
            (Stage::AwaitHello(transport), 0) => return self.hello(transport, frame.payload),
            (stage, _) => self.stage = stage,
        }
        None
    }

    /// A's step 2: reads message 2.
    fn reply(&mut self, mut noise: Box<HandshakeState>, message: &[u8]) -> Stage {
        match noise.read_message(message, &mut [0; 64]) {
            Ok(0) => self.transport(*noise),
            // Authentic, and not what B may say: only B itself can have spoilt it.
            Ok(_) => Stage::Done,
            Err(_) => Stage::AwaitReply(noise),
        }
    }

    /// B's step: reads message 1, decapsulates, writes message 2.
    fn first(&mut self, mut responder: Box<Responder>, message: &[u8]) -> Stage {
        let mut payload = [0; CIPHERTEXT];
        let whole = message.len() == 32 + CIPHERTEXT + TAG;
        let read = whole.then(|| responder.noise.read_message(message, &mut payload).ok());
        if read.flatten() != Some(CIPHERTEXT) {
            return Stage::AwaitFirst(responder);
        }
        let Responder {
            mut noise,
            kem,
            match_id,
            ek,
        } = *responder;
        let shared = kem.decapsulate_slice(&payload).ok();
        let psk = shared.map(|shared| psk(&shared, &match_id, &ek, &payload));
        let mut reply = vec![0; 32 + TAG];
        let written = psk.and_then(|psk| {
            noise.set_psk(2, psk.as_ref()).ok()?;
            noise.write_message(&[], &mut reply).ok()
        });
        if written.is_none() {
            return Stage::Done;
        }
        self.frames.push(frame::write(HANDSHAKE_B, &reply));
        self.transport(noise)
    }

    /// Both: the Noise transport keys seal one frame each way, `/hello`.
    fn transport(&mut self, noise: HandshakeState) -> Stage {
        let mut hash = [0; 32];
        hash.iter_mut()
            .zip(noise.get_handshake_hash())
            .for_each(|(to, from)| *to = *from);
        let Ok(noise) = noise.into_stateless_transport_mode() else {
            return Stage::Done;
        };
        let mut hello = Vec::new();
        let request = encode::request(&mut hello, Method::Post, Resource::Hello);
        if request.finish(self.random.as_ref()).is_err() {
            return Stage::Done;
        }
        hello.resize(frame::padded(hello.len()), 0);
        let mut sealed = vec![0; hello.len().saturating_add(TAG)];
        if noise.write_message(0, &hello, &mut sealed).is_err() {
            return Stage::Done;
        }
        self.frames.push(frame::write(0, &sealed));
        Stage::AwaitHello(Box::new(Transport { noise, hash }))
    }

    /// Both: the peer's `/hello` gives S.
    fn hello(&mut self, transport: Box<Transport>, sealed: &[u8]) -> Option<Session> {
        let mut plain = Zeroizing::new(vec![0; sealed.len()]);
        let opened = transport.noise.read_message(0, sealed, &mut plain).ok();
        let peer = opened.and_then(|length| hello_random(plain.get(..length)?));
        let Some(peer) = peer else {
            self.stage = Stage::AwaitHello(transport);
            return None;
        };
        let mut both = Zeroizing::new([0; 64]);
        let (a, b) = match self.role {
            Role::A => (&self.random, &peer),
            Role::B => (&peer, &self.random),
        };
        both.iter_mut()
            .zip(a.iter().chain(b.iter()))
            .for_each(|(to, from)| *to = *from);
        let secret = secret(&transport.hash, &both);
        let (a, b) = (
            key_of(&secret, labels::RECORD_A),
            key_of(&secret, labels::RECORD_B),
        );
        let (seal, open) = match self.role {
            Role::A => (a, b),
            Role::B => (b, a),
        };
        Some(Session {
            seal: Aead::new(&seal),
            open: Aead::new(&open),
            hash: transport.hash,
            path_key: key_of(&secret, labels::PATH),
        })
    }
}

/// Reads the body of `POST /hello`.
fn hello_random(plain: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let message = frame::unpad(plain)?;
    let asked = Start::Request {
        method: Method::Post,
        resource: "/hello",
    };
    let body = (message.start == asked).then_some(message.body)?;
    Some(Zeroizing::new(body.try_into().ok()?))
}

/// The public halves in the order of the roles.
struct Sides<'a> {
    a: &'a PublicKeys,
    b: &'a PublicKeys,
}

impl<'a> Sides<'a> {
    const fn of(setup: &Begin<'a>) -> Self {
        match setup.role {
            Role::A => Self {
                a: setup.own,
                b: setup.peer,
            },
            Role::B => Self {
                a: setup.peer,
                b: setup.own,
            },
        }
    }

    /// Everything that both must agree on, each part of fixed length. FLOATER/1.0 §4.3
    fn prologue(&self, match_id: &Id) -> Vec<u8> {
        let mut out = labels::PROLOGUE.to_vec();
        out.extend_from_slice(&match_id.0);
        for key in [
            &self.a.x25519,
            &self.b.x25519,
            &self.a.ed25519,
            &self.b.ed25519,
        ] {
            out.extend_from_slice(&key.0);
        }
        let ek = self.b.ek.as_deref().map_or(&[][..], |ek| &ek.0);
        out.extend_from_slice(ek);
        out.extend_from_slice(&[self.a.policy.byte(), self.b.policy.byte()]);
        out
    }
}

/// HKDF(shared secret, "pq" ‖ match ‖ H(ek) ‖ H(ct)). FLOATER/1.0 §4.3
fn psk(shared: &[u8], match_id: &Id, ek: &[u8], ciphertext: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut info = labels::PQ.to_vec();
    info.extend_from_slice(&match_id.0);
    info.extend_from_slice(&Sha256::digest(ek));
    info.extend_from_slice(&Sha256::digest(ciphertext));
    expand(&Hkdf::<Sha256>::new(None, shared), &info)
}

/// S = HKDF(salt = handshake hash, ikm = rA ‖ rB). FLOATER/1.0 §4.3
pub(crate) fn secret(hash: &[u8; 32], randoms: &[u8; 64]) -> Zeroizing<[u8; 32]> {
    expand(&Hkdf::<Sha256>::new(Some(hash), randoms), labels::SESSION)
}

/// A key of its own for each label, S being the pseudo-random key. FLOATER/1.0 §4.3
pub(crate) fn key_of(secret: &[u8; 32], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(secret) {
        key = expand(&hkdf, label);
    }
    key
}

fn expand(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    // 32 bytes are one block; only more than 255 blocks fail.
    let expanded = hkdf.expand(info, out.as_mut());
    debug_assert!(expanded.is_ok());
    out
}
