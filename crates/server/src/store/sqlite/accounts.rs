use super::SqliteStore;
use super::outbox::insert_mail;
use super::read::{Word, bytes, column, email, number, signed, username};
use crate::secrets::{random, token_hash};
use crate::store::{
    AccountId, AccountRecord, Accounts, CODE_TRIES, CodeRecord, MailRecord, MailWanted, Purpose,
    Stored,
};
use async_trait::async_trait;
use floater_proto::{Binary, Email, Id, Username};
use sqlx::Sqlite;
use sqlx::Transaction;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

#[async_trait]
impl Accounts for SqliteStore {
    async fn account_by_email(&self, email: &Email) -> Stored<Option<AccountRecord>> {
        let found = sqlx::query("SELECT * FROM account WHERE email = ?")
            .bind(email.as_str())
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(account).transpose()
    }

    async fn account(&self, id: AccountId) -> Stored<Option<AccountRecord>> {
        let found = sqlx::query("SELECT * FROM account WHERE id = ?")
            .bind(signed(id))
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(account).transpose()
    }

    async fn set_username(&self, account: AccountId, username: &Username) -> Stored<()> {
        sqlx::query("UPDATE account SET username = ? WHERE id = ?")
            .bind(username.as_str())
            .bind(signed(account))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn set_password(
        &self,
        account: AccountId,
        password: &[u8],
        keep: Option<Id>,
        told: &MailRecord,
    ) -> Stored<()> {
        let mut tx = self.writer.begin().await?;
        replace_password(&mut tx, account, password, keep).await?;
        insert_mail(&mut tx, told).await?;
        Ok(tx.commit().await?)
    }

    async fn delete_account(&self, account: AccountId) -> Stored<()> {
        let mut tx = self.writer.begin().await?;
        sqlx::query("DELETE FROM outbox WHERE email = (SELECT email FROM account WHERE id = ?)")
            .bind(signed(account))
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM account WHERE id = ?")
            .bind(signed(account))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn code(&self, mail: Id, now: u64) -> Stored<Option<CodeRecord>> {
        let found = sqlx::query("SELECT * FROM code WHERE mail = ? AND expires > ?")
            .bind(mail.as_ref())
            .bind(signed(now))
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(code).transpose()
    }

    async fn codes(&self, email: &Email, purpose: Purpose, now: u64) -> Stored<Vec<CodeRecord>> {
        let rows = sqlx::query(
            "SELECT * FROM code WHERE email = ? AND purpose = ? AND expires > ? AND tries < ? \
             ORDER BY created DESC, rowid DESC",
        )
        .bind(email.as_str())
        .bind(purpose.word())
        .bind(signed(now))
        .bind(i64::from(CODE_TRIES))
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(code).collect()
    }

    async fn count_miss(&self, email: &Email, purpose: Purpose) -> Stored<()> {
        sqlx::query("UPDATE code SET tries = tries + 1 WHERE email = ? AND purpose = ?")
            .bind(email.as_str())
            .bind(purpose.word())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn activate(&self, mail: Id, now: u64) -> Stored<Option<AccountId>> {
        let mut tx = self.writer.begin().await?;
        let Some(row) = take_code(&mut tx, mail, Purpose::Activation, now).await? else {
            return Ok(None);
        };
        let account = number(&row, "account")?;
        let password: &[u8] = column(&row, "password")?;
        let name: Option<&str> = column(&row, "username")?;
        sqlx::query(
            "UPDATE account SET activated = 1, username = COALESCE(?1, username), \
             decoy = CASE WHEN length(?2) > 0 AND password <> ?2 THEN password END, \
             password = CASE WHEN length(?2) > 0 THEN ?2 ELSE password END WHERE id = ?3",
        )
        .bind(name)
        .bind(password)
        .bind(signed(account))
        .execute(&mut *tx)
        .await?;
        drop_codes(&mut tx, account).await?;
        tx.commit().await?;
        Ok(Some(account))
    }

    async fn recover(&self, mail: Id, password: &[u8], now: u64) -> Stored<Option<AccountId>> {
        let mut tx = self.writer.begin().await?;
        let Some(row) = take_code(&mut tx, mail, Purpose::Recovery, now).await? else {
            return Ok(None);
        };
        let id = number(&row, "account")?;
        let row = sqlx::query(
            "UPDATE account SET activated = 1, \
             decoy = CASE WHEN activated = 1 THEN decoy ELSE password END WHERE id = ? RETURNING *",
        )
        .bind(signed(id))
        .fetch_one(&mut *tx)
        .await?;
        replace_password(&mut tx, id, password, None).await?;
        drop_codes(&mut tx, id).await?;
        insert_mail(&mut tx, &told(&account(&row)?, now)).await?;
        tx.commit().await?;
        Ok(Some(id))
    }
}

/// The mail that tells of a recovered password.
fn told(account: &AccountRecord, now: u64) -> MailRecord {
    MailRecord {
        id: Binary(random()),
        wanted: MailWanted::PasswordChanged,
        email: account.email.clone(),
        language: account.language,
        username: None,
        password: Vec::new(),
        secret: token_hash(""),
        created: now,
        tries: 0,
    }
}

async fn replace_password(
    tx: &mut SqliteConnection,
    account: AccountId,
    password: &[u8],
    keep: Option<Id>,
) -> Stored<()> {
    sqlx::query("UPDATE account SET password = ? WHERE id = ?")
        .bind(password)
        .bind(signed(account))
        .execute(&mut *tx)
        .await?;
    let keep = keep.map(|id| id.0.to_vec()).unwrap_or_default();
    sqlx::query("DELETE FROM session WHERE account = ? AND id <> ?")
        .bind(signed(account))
        .bind(keep)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Takes a code that can still be used; of two that take it at the same time one gets it.
async fn take_code(
    tx: &mut Transaction<'_, Sqlite>,
    mail: Id,
    purpose: Purpose,
    now: u64,
) -> Stored<Option<SqliteRow>> {
    let taken =
        sqlx::query("DELETE FROM code WHERE mail = ? AND purpose = ? AND expires > ? RETURNING *")
            .bind(mail.as_ref())
            .bind(purpose.word())
            .bind(signed(now))
            .fetch_optional(&mut **tx)
            .await?;
    Ok(taken)
}

async fn drop_codes(tx: &mut SqliteConnection, account: AccountId) -> Stored<()> {
    sqlx::query("DELETE FROM code WHERE account = ?")
        .bind(signed(account))
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) fn account(row: &SqliteRow) -> Stored<AccountRecord> {
    Ok(AccountRecord {
        id: number(row, "id")?,
        email: email(row)?,
        username: username(row, "username")?,
        password: column(row, "password")?,
        decoy: column(row, "decoy")?,
        language: Word::of(row, "language")?,
        created: number(row, "created")?,
        activated: column(row, "activated")?,
        suspended: column(row, "suspended")?,
    })
}

fn code(row: &SqliteRow) -> Stored<CodeRecord> {
    Ok(CodeRecord {
        mail: bytes(row, "mail")?,
        email: email(row)?,
        purpose: Word::of(row, "purpose")?,
        secret: bytes(row, "secret")?,
    })
}
