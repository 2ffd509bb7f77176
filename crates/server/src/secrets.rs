//! The pepper, what is derived from it, and randomness.

use data_encoding::BASE64URL_NOPAD;
use floater_proto::{Binary, Email, Id, Secret};
use floater_punch::reflect::ReflectKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::Path;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The file of the pepper in the data directory. Whoever has only the database can neither try
/// passwords nor codes nor tell who blocked whom.
const PEPPER_FILE: &str = "pepper";

/// Letters of the codes people type: none that is read as another one.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// `N` bytes of the system's randomness.
///
/// # Panics
/// Never: without randomness the program ends before it serves.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        // No promise of this server holds without randomness.
        std::process::abort();
    }
    bytes
}

/// A fresh token of 256 bits in its written form.
#[must_use]
pub fn random_token() -> Secret<String> {
    Secret::new(BASE64URL_NOPAD.encode(&random::<32>()))
}

/// What the store keeps of a token.
#[must_use]
pub fn token_hash(token: &str) -> Binary<32> {
    Binary(Sha256::digest(token.as_bytes()).into())
}

/// The pepper, a file of 32 bytes beside the database.
pub struct Secrets {
    pepper: Zeroizing<[u8; 32]>,
}

impl Secrets {
    /// Reads the pepper of a data directory, or draws one and keeps it durably.
    ///
    /// # Errors
    /// What the file system says, or a file of another length.
    pub fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(PEPPER_FILE);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let wrong = |_| io::Error::other("the pepper file must hold 32 bytes");
                Ok(Self {
                    pepper: Zeroizing::new(bytes.try_into().map_err(wrong)?),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let pepper = Zeroizing::new(random());
                write_private(&path, pepper.as_slice())?;
                Ok(Self { pepper })
            }
            Err(error) => Err(error),
        }
    }

    /// Secrets for tests and for what keeps nothing.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self {
            pepper: Zeroizing::new(random()),
        }
    }

    fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of every length, so making one cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.pepper.as_slice()) else {
            return [0; 32];
        };
        mac.update(label.as_bytes());
        for part in parts {
            mac.update(&[0]);
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// What goes into every password hash beside the password.
    #[must_use]
    pub fn password_pepper(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.mac("password", &[]))
    }

    /// The salt of the passwords of an address: another one for each, the same for all of its own,
    /// so that a log-in is checked against two of them by the work of one.
    #[must_use]
    pub fn password_salt(&self, email: &Email) -> [u8; 16] {
        let mac = self.mac("password salt", &[email.as_str().as_bytes()]);
        mac.first_chunk().copied().unwrap_or_default()
    }

    /// The key under which a block is kept: it names the pair to nobody without it.
    #[must_use]
    pub fn pair_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.mac("pair", &[]))
    }

    /// HMAC(pair key, "floater block" ‖ blocker ‖ blocked): what a block keeps of the two.
    #[must_use]
    pub fn block_digest(&self, blocker: u64, blocked: u64) -> Binary<32> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.pair_key().as_slice()) else {
            return Binary([0; 32]);
        };
        mac.update(b"floater block");
        mac.update(&blocker.to_be_bytes());
        mac.update(&blocked.to_be_bytes());
        Binary(mac.finalize().into_bytes().into())
    }

    /// Names a session to the reflectors, and to nobody else.
    #[must_use]
    pub fn reflect_id(&self, session: Id) -> Id {
        let mac = self.mac("reflect id", &[session.as_ref()]);
        Id::from(mac.first_chunk().copied().unwrap_or_default())
    }

    /// The key of who is so named. A reflector needs no memory to know it.
    #[must_use]
    pub fn reflect_key(&self, id: Id) -> ReflectKey {
        ReflectKey(self.mac("reflect key", &[id.as_ref()]))
    }

    /// The eight characters of a mail: derived, so that no store holds them.
    #[must_use]
    pub fn mail_code(&self, mail: Id) -> Secret<String> {
        let mac = self.mac("code", &[mail.as_ref()]);
        let letter = |byte: &u8| {
            CODE_LETTERS
                .get(usize::from(byte & 31))
                .copied()
                .map(char::from)
        };
        Secret::new(mac.iter().take(8).filter_map(letter).collect())
    }

    /// The token of a mail's link: which mail, and the proof that this server wrote it.
    #[must_use]
    pub fn mail_token(&self, mail: Id) -> Secret<String> {
        let mut bytes = mail.0.to_vec();
        bytes.extend(self.mac("link", &[mail.as_ref()]).iter().take(16));
        Secret::new(BASE64URL_NOPAD.encode(&bytes))
    }

    /// The mail that a link's token names, if this server wrote it.
    #[must_use]
    pub fn open_mail_token(&self, token: &str) -> Option<Id> {
        let bytes: Binary<32> = Binary::parse(token)?;
        let mail = Binary(*bytes.0.first_chunk::<16>()?);
        let expected = self.mail_token(mail);
        bool::from(expected.expose().as_bytes().ct_eq(token.as_bytes())).then_some(mail)
    }

    /// Whether somebody typed the code of this mail. Case, spaces and hyphens do not matter.
    #[must_use]
    pub fn is_mail_code(&self, mail: Id, typed: &str) -> bool {
        let plain: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let plain = Zeroizing::new(plain.to_uppercase());
        bool::from(
            self.mail_code(mail)
                .expose()
                .as_bytes()
                .ct_eq(plain.as_bytes()),
        )
    }

    /// A key for rate limits that does not hold the address itself.
    #[must_use]
    pub fn email_key(&self, email: &str) -> [u8; 32] {
        self.mac("rate", &[email.as_bytes()])
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

/// Writes a file that only its owner reads, whole or not at all, durable when it returns.
///
/// # Errors
/// What the file system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let partial = path.with_extension("partial");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    path.parent().map_or(Ok(()), |directory| {
        std::fs::File::open(directory)?.sync_all()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pepper_is_kept_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        let first = Secrets::open(data.path()).unwrap();
        let again = Secrets::open(data.path()).unwrap();
        assert_eq!(first.password_pepper(), again.password_pepper());
        let mode = std::fs::metadata(data.path().join(PEPPER_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_code_is_typed_in_any_case_with_spaces_and_hyphens() {
        let secrets = Secrets::ephemeral();
        let mail = Binary(random());
        let code = secrets.mail_code(mail).expose().to_lowercase();
        let (front, back) = code.split_at(4);
        assert!(secrets.is_mail_code(mail, &format!(" {front} - {back}")));
        assert!(!secrets.is_mail_code(Binary(random()), &code));
    }

    #[test]
    fn a_token_of_another_pepper_opens_nothing() {
        let mail = Binary(random());
        let token = Secrets::ephemeral().mail_token(mail);
        assert_eq!(Secrets::ephemeral().open_mail_token(token.expose()), None);
    }

    #[test]
    fn secrets_print_as_nothing() {
        assert_eq!(format!("{:?}", Secrets::ephemeral()), "Secrets([redacted])");
    }
}
