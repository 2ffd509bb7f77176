use crate::config;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use floater_proto::body::{Fault, Problem};
use floater_proto::{Secret, limits};
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Passwords that are tried first by whoever guesses; lower case, one a line.
const COMMON: &str = include_str!("common-passwords.txt");
/// The form of a kept hash: version, salt, Argon2id output.
const HASH_VERSION: u8 = 1;
const SALT: usize = 16;
const OUTPUT: usize = 32;
/// Argon2id: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// The salt for an address that nobody has: the same work, and never right.
const NOBODY: [u8; SALT] = [HASH_VERSION; SALT];

/// Hashes and verifies passwords: Argon2id with a pepper, on a bounded number of threads, never on
/// those that carry what people say.
pub struct Passwords {
    pepper: Arc<Zeroizing<[u8; 32]>>,
    threads: Arc<Semaphore>,
    memory: Memory,
    waiting: AtomicUsize,
    queue: usize,
    hashed: AtomicU64,
}

impl Passwords {
    /// With the bounds of the configuration.
    #[must_use]
    pub fn new(config: &config::Accounts, pepper: Zeroizing<[u8; 32]>) -> Self {
        Self {
            pepper: Arc::new(pepper),
            threads: Arc::new(Semaphore::new(threads(config.hashing_threads))),
            memory: Memory::default(),
            waiting: AtomicUsize::new(0),
            queue: config.hashing_queue,
            hashed: AtomicU64::new(0),
        }
    }

    /// How many were hashed since the start: what a request costs, known address or not.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// How many are being hashed or wait for it.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Hashes a password for the store, with the salt of its address.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if too many wait.
    pub async fn hash(
        &self,
        password: &Secret<String>,
        salt: [u8; SALT],
    ) -> Result<Vec<u8>, Problem> {
        let output = self.argon2(password, salt).await?;
        Ok([[HASH_VERSION].as_slice(), &salt, output.as_slice()].concat())
    }

    /// Whether the password is the one that was hashed.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if too many wait.
    pub async fn verify(&self, password: &Secret<String>, kept: &[u8]) -> Result<bool, Problem> {
        Ok(self.find(password, &[kept]).await?.is_some())
    }

    /// Which of these the password was hashed to: the place of the first. They are of one address,
    /// so that they have one salt, and whether there are two of them, one or none is the same work.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if too many wait.
    pub async fn find(
        &self,
        password: &Secret<String>,
        kept: &[&[u8]],
    ) -> Result<Option<usize>, Problem> {
        let salt = match kept.first().map(|first| first.split_first()) {
            None => Some(NOBODY),
            Some(Some((&HASH_VERSION, rest))) => rest.first_chunk().copied(),
            Some(_) => None,
        };
        let hash = self.hash(password, salt.ok_or_else(internal)?).await?;
        let same = |kept: &&[u8]| bool::from(hash.as_slice().ct_eq(kept));
        Ok(kept.iter().position(same))
    }

    async fn argon2(
        &self,
        password: &Secret<String>,
        salt: [u8; SALT],
    ) -> Result<Zeroizing<[u8; OUTPUT]>, Problem> {
        let _place = self.wait()?;
        let permit = Arc::clone(&self.threads)
            .acquire_owned()
            .await
            .map_err(|_| internal())?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let (pepper, password) = (Arc::clone(&self.pepper), password.composed());
        let memory = self.memory.clone();
        let work = tokio::task::spawn_blocking(move || {
            let mut blocks = memory.take();
            let secrets = (pepper.as_slice(), password.expose().as_bytes());
            let hash = hash_now(secrets, &salt, &mut blocks);
            memory.give_back(blocks);
            drop(permit);
            hash
        });
        work.await.ok().flatten().ok_or_else(internal)
    }

    /// A place in the queue, given back when dropped.
    fn wait(&self) -> Result<Place<'_>, Problem> {
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= self.queue {
            let problem = Problem::new(Fault::Unavailable, "too many log in now; try again");
            return Err(Problem {
                retry_after: Some(2000),
                ..problem
            });
        }
        Ok(place)
    }
}

/// As many as are wanted; none means half of the processors.
fn threads(wanted: usize) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
    match wanted {
        0 => (processors() / 2).max(1),
        some => some,
    }
}

struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What hashing needs, taken by one thread after the other: as many as hash at the same time. Given
/// back to the system instead, it stays with the threads that had it, and grows to fifty times as much.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

impl Memory {
    fn take(&self) -> Vec<Block> {
        let mut rested = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rested.pop().unwrap_or_default()
    }

    fn give_back(&self, blocks: Vec<Block>) {
        let mut rested = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rested.push(blocks);
    }
}

fn hash_now(
    (pepper, password): (&[u8], &[u8]),
    salt: &[u8],
    blocks: &mut Vec<Block>,
) -> Option<Zeroizing<[u8; OUTPUT]>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, Some(OUTPUT)).ok()?;
    blocks.resize(params.block_count(), Block::default());
    let argon2 =
        Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).ok()?;
    let mut output = Zeroizing::new([0; OUTPUT]);
    argon2
        .hash_password_into_with_memory(password, salt, output.as_mut_slice(), blocks)
        .ok()?;
    Some(output)
}

fn internal() -> Problem {
    Problem::new(Fault::Internal, "the server failed")
}

/// Whether a password may be set: 8 to 128 characters in NFC, none of the most common ones; no
/// rules about kinds of characters.
pub(super) fn check_new(password: &Secret<String>, field: &str) -> Result<(), Problem> {
    let password = password.composed();
    let length = password.expose().chars().count();
    if !(limits::PASSWORD_MIN..=limits::PASSWORD_MAX).contains(&length) {
        return Err(Problem::invalid(
            field,
            "a password has 8 to 128 characters",
        ));
    }
    let lower = Zeroizing::new(password.expose().to_lowercase());
    if is_common(&lower) {
        let problem = Problem::new(
            Fault::PasswordCommon,
            "this password is among those that are tried first; take another one",
        );
        return Err(Problem {
            field: Some(field.to_owned()),
            ..problem
        });
    }
    Ok(())
}

/// In the list, one character over and over, or a run of the keyboard or the digits.
fn is_common(lower: &str) -> bool {
    const RUNS: [&str; 6] = [
        "01234567890123456789",
        "09876543210987654321",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "zyxwvutsrqponmlkjihgfedcba",
    ];
    let mut characters = lower.chars();
    let first = characters.next();
    let repeated = characters.all(|c| Some(c) == first);
    repeated
        || RUNS.iter().any(|run| run.contains(lower))
        || COMMON.lines().any(|line| line == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(queue: usize) -> Passwords {
        let config = config::Accounts {
            hashing_queue: queue,
            ..config::Accounts::default()
        };
        Passwords::new(&config, Zeroizing::new([7; 32]))
    }

    #[tokio::test]
    async fn only_the_right_password_verifies_and_only_with_the_pepper() {
        let ours = passwords(8);
        let hash = ours.hash(&"correct horse".into(), [1; SALT]).await.unwrap();
        assert!(ours.verify(&"correct horse".into(), &hash).await.unwrap());
        assert!(!ours.verify(&"correct horsf".into(), &hash).await.unwrap());
        let others = Passwords::new(&config::Accounts::default(), Zeroizing::new([8; 32]));
        assert!(!others.verify(&"correct horse".into(), &hash).await.unwrap());
    }

    #[tokio::test]
    async fn two_of_one_salt_are_told_apart_by_the_work_of_one() {
        let ours = passwords(8);
        let salt = [1; SALT];
        let own = ours.hash(&"correct horse".into(), salt).await.unwrap();
        let decoy = ours.hash(&"four brown ducks".into(), salt).await.unwrap();
        let (both, own): ([&[u8]; 2], [&[u8]; 1]) = ([&own, &decoy], [&own]);
        let tries = [
            ("correct horse", both.as_slice(), Some(0)),
            ("four brown ducks", &both, Some(1)),
            ("three grey herons", &both, None),
            ("four brown ducks", &own, None),
            ("correct horse", &[], None),
        ];
        for (password, kept, place) in tries {
            let begin = ours.hashed();
            assert_eq!(ours.find(&password.into(), kept).await.unwrap(), place);
            assert_eq!(ours.hashed(), begin + 1, "{password}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_however_a_keyboard_composes_it() {
        let ours = passwords(8);
        let (nfc, nfd) = (
            "caf\u{e9} d\u{e9}j\u{e0} vu",
            "cafe\u{301} de\u{301}ja\u{300} vu",
        );
        for (chosen, typed) in [(nfc, nfd), (nfd, nfc)] {
            let hash = ours.hash(&chosen.into(), [1; SALT]).await.unwrap();
            for right in [typed, chosen] {
                assert!(ours.verify(&right.into(), &hash).await.unwrap());
            }
            let plain = "cafe deja vu".into();
            assert!(!ours.verify(&plain, &hash).await.unwrap());
        }
    }

    #[test]
    fn a_password_of_ascii_or_nfc_is_hashed_as_it_was_sent() {
        let (pepper, salt, mut blocks) = ([7; 32], [1; SALT], Vec::new());
        for sent in [
            "correct horse",
            "caf\u{e9} d\u{e9}j\u{e0} vu",
            "相逢何必曾相识啊",
        ] {
            let composed = Secret::from(sent).composed();
            assert_eq!(
                hash_now((&pepper, composed.expose().as_bytes()), &salt, &mut blocks),
                hash_now((&pepper, sent.as_bytes()), &salt, &mut blocks),
            );
        }
    }

    #[tokio::test]
    async fn a_full_queue_says_so() {
        let problem = passwords(0)
            .hash(&"correct horse".into(), [1; SALT])
            .await
            .unwrap_err();
        assert_eq!(problem.error, Fault::Unavailable);
    }

    #[test]
    fn the_list_holds_thousands_in_lower_case_once() {
        let mut lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.len() > 2000, "{}", lines.len());
        assert!(
            lines
                .iter()
                .all(|l| l.chars().count() >= limits::PASSWORD_MIN)
        );
        assert!(
            lines
                .iter()
                .all(|l| *l == l.to_lowercase() && l.trim() == *l)
        );
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all);
    }

    #[test]
    fn common_passwords_are_refused_in_any_case_and_others_are_not() {
        for common in [
            "Password123",
            "woaini1314",
            "5201314520",
            "aaaaaaaa",
            "12345678",
            "qwertyuiop",
        ] {
            let problem = check_new(&common.into(), "password").unwrap_err();
            assert_eq!(problem.error, Fault::PasswordCommon, "{common}");
        }
        for fine in ["相逢何必曾相识啊", "three grey herons", "Tr0ubador&3"] {
            assert_eq!(check_new(&fine.into(), "password"), Ok(()), "{fine}");
        }
        // 128 characters in NFC, twice as many as typed; then four that were typed as eight.
        let longest = "e\u{301}a\u{300}".repeat(64);
        assert_eq!(check_new(&longest.as_str().into(), "password"), Ok(()));
        for wrong in [
            "short",
            "e\u{301}a\u{300}o\u{302}u\u{308}",
            &"x1".repeat(65),
        ] {
            assert_eq!(
                check_new(&wrong.into(), "password").unwrap_err().error,
                Fault::Invalid
            );
        }
    }
}
