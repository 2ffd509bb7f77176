use super::SqliteStore;
use super::accounts::account;
use super::read::{Word, bytes, column, email, maybe_number, number, signed};
use crate::secrets::random;
use crate::store::{
    ACTIVATION_LIFE, AccountId, AccountRecord, CODES_MAX, Letter, MAIL_LIFE, MailRecord,
    MailWanted, Outbox, Purpose, RECOVERY_LIFE, REGISTRATION_LIFE, RETRY_MAX, StoreError, Stored,
};
use async_trait::async_trait;
use floater_proto::{Id, Username};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

#[async_trait]
impl Outbox for SqliteStore {
    async fn put_mail(&self, mail: &MailRecord) -> Stored<()> {
        let mut connection = self.writer.acquire().await?;
        insert_mail(&mut connection, mail).await
    }

    async fn due_mail(&self, now: u64) -> Stored<Option<MailRecord>> {
        // No mail waits longer than that: where one would, a clock was wrong when it was written.
        let query = "SELECT * FROM outbox WHERE next_try <= ? OR next_try > ? \
            ORDER BY next_try, rowid LIMIT 1";
        let found = sqlx::query(query)
            .bind(signed(now))
            .bind(signed(now.saturating_add(RETRY_MAX)))
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(mail).transpose()
    }

    async fn next_mail_at(&self) -> Stored<Option<u64>> {
        let query = "SELECT min(next_try) AS at FROM outbox";
        maybe_number(&sqlx::query(query).fetch_one(&self.reader).await?, "at")
    }

    async fn mails_waiting(&self) -> Stored<(u64, Option<u64>)> {
        let query = "SELECT count(*) AS mails, min(created) AS oldest FROM outbox";
        let row = sqlx::query(query).fetch_one(&self.reader).await?;
        Ok((number(&row, "mails")?, maybe_number(&row, "oldest")?))
    }

    async fn decide_mail(&self, mail: &MailRecord, now: u64) -> Stored<Letter> {
        let mut tx = self.writer.begin().await?;
        let row = sqlx::query("SELECT letter FROM outbox WHERE id = ?")
            .bind(mail.id.as_ref())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else {
            return Ok(Letter::Nothing);
        };
        let decided: Option<&str> = column(&row, "letter")?;
        if let Some(word) = decided {
            return Letter::parse(word).ok_or_else(|| StoreError::Broken("letter".to_owned()));
        }
        let letter = decide(&mut tx, mail, now).await?;
        sqlx::query("UPDATE outbox SET letter = ? WHERE id = ?")
            .bind(letter.word())
            .bind(mail.id.as_ref())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(letter)
    }

    async fn settle_mail(&self, mail: Id, now: u64) -> Stored<()> {
        let mut tx = self.writer.begin().await?;
        sqlx::query("DELETE FROM outbox WHERE id = ?")
            .bind(mail.as_ref())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE code SET expires = ? + CASE purpose WHEN 'activation' THEN ? ELSE ? END \
             WHERE mail = ?",
        )
        .bind(signed(now))
        .bind(signed(ACTIVATION_LIFE))
        .bind(signed(RECOVERY_LIFE))
        .bind(mail.as_ref())
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    async fn postpone_mail(&self, mail: Id, next_try: u64) -> Stored<()> {
        sqlx::query("UPDATE outbox SET tries = tries + 1, next_try = ? WHERE id = ?")
            .bind(signed(next_try))
            .bind(mail.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// One row of one shape.
pub(super) async fn insert_mail(tx: &mut SqliteConnection, mail: &MailRecord) -> Stored<()> {
    sqlx::query(
        "INSERT INTO outbox \
         (id, wanted, email, language, username, password, secret, created, tries, next_try) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(mail.id.as_ref())
    .bind(mail.wanted.word())
    .bind(mail.email.as_str())
    .bind(mail.language.word())
    .bind(mail.username.as_ref().map(Username::as_str))
    .bind(&mail.password)
    .bind(mail.secret.as_ref())
    .bind(signed(mail.created))
    .bind(i64::from(mail.tries))
    .bind(signed(mail.created))
    .execute(tx)
    .await?;
    Ok(())
}

async fn decide(tx: &mut SqliteConnection, mail: &MailRecord, now: u64) -> Stored<Letter> {
    let known = sqlx::query("SELECT * FROM account WHERE email = ?")
        .bind(mail.email.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let known = known.as_ref().map(account).transpose()?;
    if let Some(known) = &known {
        wait_on(tx, known.id, now).await?;
    }
    let (purpose, account) = match (mail.wanted, known) {
        (MailWanted::PasswordChanged, _) => return Ok(Letter::PasswordChanged),
        (MailWanted::Register, Some(known)) if known.activated => {
            keep_decoy(tx, mail, known.id, now).await?;
            return Ok(Letter::AlreadyRegistered);
        }
        (MailWanted::Register, known) => {
            (Purpose::Activation, register(tx, mail, known, now).await?)
        }
        (MailWanted::ActivationAgain, Some(known)) if !known.activated => {
            (Purpose::Activation, known.id)
        }
        (MailWanted::Recovery, Some(known)) => (Purpose::Recovery, known.id),
        _ => return Ok(Letter::Nothing),
    };
    insert_code(tx, mail, purpose, account, now).await?;
    Ok(match purpose {
        Purpose::Activation => Letter::Activation,
        Purpose::Recovery => Letter::Recovery,
    })
}

/// A new account, or, until one is activated, what was registered last. The code keeps what was
/// registered under it: activating sets exactly that, whoever else tried in between.
async fn register(
    tx: &mut SqliteConnection,
    mail: &MailRecord,
    known: Option<AccountRecord>,
    now: u64,
) -> Stored<AccountId> {
    let name = mail
        .username
        .as_ref()
        .map(Username::as_str)
        .unwrap_or_default();
    let id = known.map_or_else(random_account, |known| known.id);
    sqlx::query(
        "INSERT INTO account \
         (id, email, username, password, language, created, activated, kept_until) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (id) DO UPDATE SET \
         username = ?3, password = ?4, language = ?5",
    )
    .bind(signed(id))
    .bind(mail.email.as_str())
    .bind(name)
    .bind(&mail.password)
    .bind(mail.language.word())
    .bind(signed(now))
    .bind(signed(now.saturating_add(REGISTRATION_LIFE)))
    .execute(tx)
    .await?;
    Ok(id)
}

/// Whoever registers an address that has an account and then logs in with the password just chosen
/// reads what they would read of an address without one. FLOATER/1.0 §3.2.1
async fn keep_decoy(
    tx: &mut SqliteConnection,
    mail: &MailRecord,
    account: AccountId,
    now: u64,
) -> Stored<()> {
    sqlx::query("UPDATE account SET decoy = ?, kept_until = ? WHERE id = ?")
        .bind(&mail.password)
        .bind(signed(now.saturating_add(REGISTRATION_LIFE)))
        .bind(signed(account))
        .execute(tx)
        .await?;
    Ok(())
}

/// A registration waits on with each mail that is asked for its address, and a decoy as long.
async fn wait_on(tx: &mut SqliteConnection, account: AccountId, now: u64) -> Stored<()> {
    sqlx::query(
        "UPDATE account SET kept_until = ? WHERE id = ? AND (activated = 0 OR decoy IS NOT NULL)",
    )
    .bind(signed(now.saturating_add(REGISTRATION_LIFE)))
    .bind(signed(account))
    .execute(tx)
    .await?;
    Ok(())
}

/// 63 random bits: SQLite's integers have a sign.
fn random_account() -> AccountId {
    u64::from_be_bytes(random()) >> 1
}

/// Keeps a code; of one address and purpose the newest few.
async fn insert_code(
    tx: &mut SqliteConnection,
    mail: &MailRecord,
    purpose: Purpose,
    account: AccountId,
    now: u64,
) -> Stored<()> {
    let life = match purpose {
        Purpose::Activation => ACTIVATION_LIFE,
        Purpose::Recovery => RECOVERY_LIFE,
    };
    sqlx::query(
        "INSERT INTO code \
         (mail, purpose, email, account, username, password, secret, tries, created, expires) \
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
    )
    .bind(mail.id.as_ref())
    .bind(purpose.word())
    .bind(mail.email.as_str())
    .bind(signed(account))
    .bind(mail.username.as_ref().map(Username::as_str))
    .bind(&mail.password)
    .bind(mail.secret.as_ref())
    .bind(signed(now))
    .bind(signed(now.saturating_add(MAIL_LIFE).saturating_add(life)))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM code WHERE email = ?1 AND purpose = ?2 AND mail NOT IN (SELECT mail FROM code \
         WHERE email = ?1 AND purpose = ?2 ORDER BY created DESC, rowid DESC LIMIT ?3)",
    )
    .bind(mail.email.as_str())
    .bind(purpose.word())
    .bind(signed(CODES_MAX as u64))
    .execute(tx)
    .await?;
    Ok(())
}

fn mail(row: &SqliteRow) -> Stored<MailRecord> {
    let name: Option<&str> = column(row, "username")?;
    let broken = |_| StoreError::Broken("column username".to_owned());
    Ok(MailRecord {
        id: bytes(row, "id")?,
        wanted: Word::of(row, "wanted")?,
        email: email(row)?,
        language: Word::of(row, "language")?,
        username: name.map(Username::new).transpose().map_err(broken)?,
        password: column(row, "password")?,
        secret: bytes(row, "secret")?,
        created: number(row, "created")?,
        tries: u32::try_from(number(row, "tries")?).unwrap_or(u32::MAX),
    })
}
