//! Questions that are asked one after the other.

use crate::note::FieldFault;
use floater_client::proto::body::Language;
use floater_client::proto::{Email, Secret, Username, UsernameError, limits};
use floater_client::{Command, Proof};
use std::collections::BTreeMap;

/// Characters of a code.
const CODE: usize = 8;

/// What the answers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Register,
    Activate,
    Again,
    Recover,
    Reset,
    LogIn,
    Password,
    Delete,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Adult,
    Email,
    Name,
    Code,
    Password,
    NewPassword,
    Repeat,
}

impl Field {
    /// Whether the answer must not be seen while it is typed.
    pub(crate) const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::NewPassword | Self::Repeat)
    }
}

impl Purpose {
    const fn fields(self) -> &'static [Field] {
        match self {
            Self::Register => &[
                Field::Adult,
                Field::Email,
                Field::Name,
                Field::NewPassword,
                Field::Repeat,
            ],
            Self::Activate => &[Field::Email, Field::Code],
            Self::Again | Self::Recover => &[Field::Email],
            Self::Reset => &[Field::Email, Field::Code, Field::NewPassword, Field::Repeat],
            Self::LogIn => &[Field::Email, Field::Password],
            Self::Password => &[Field::Password, Field::NewPassword, Field::Repeat],
            Self::Delete => &[Field::Password],
        }
    }
}

/// A purpose and what was answered so far.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) purpose: Purpose,
    answers: BTreeMap<Field, Secret<String>>,
}

impl Form {
    pub(crate) const fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            answers: BTreeMap::new(),
        }
    }

    /// The same with an answer that is known.
    pub(crate) fn with(mut self, field: Field, answer: Option<&str>) -> Self {
        if let Some(answer) = answer {
            self.answers.insert(field, Secret::from(answer));
        }
        self
    }

    /// The next question, if one is left.
    pub(crate) fn missing(&self) -> Option<Field> {
        let mut fields = self.purpose.fields().iter().copied();
        fields.find(|field| !self.answers.contains_key(field))
    }

    /// The questions in their order, and what was answered.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Field, Option<&Secret<String>>)> {
        let fields = self.purpose.fields().iter();
        fields.map(|field| (*field, self.answers.get(field)))
    }

    /// Takes the last answer back.
    pub(crate) fn back(&mut self) {
        let mut fields = self.purpose.fields().iter().rev();
        if let Some(last) = fields.find(|field| self.answers.contains_key(field)) {
            self.answers.remove(last);
        }
    }

    /// Takes an answer to the next question.
    pub(crate) fn answer(&mut self, typed: &Secret<String>) -> Result<(), FieldFault> {
        let Some(field) = self.missing() else {
            return Ok(());
        };
        let answer = match field {
            Field::Password | Field::NewPassword | Field::Repeat => typed.expose().as_str(),
            _ => typed.expose().trim(),
        };
        if field == Field::Repeat && self.of(Field::NewPassword).expose() != answer {
            self.answers.remove(&Field::NewPassword);
            return Err(FieldFault::Repeat);
        }
        check(field, answer)?;
        self.answers.insert(field, Secret::from(answer));
        Ok(())
    }

    /// Asks again for what was refused.
    pub(crate) fn forget(&mut self, field: Field) {
        self.answers.remove(&field);
        if field == Field::NewPassword {
            self.answers.remove(&Field::Repeat);
        }
    }

    pub(crate) fn email(&self) -> String {
        self.of(Field::Email).expose().clone()
    }

    /// What the answers make.
    pub(crate) fn command(&self, language: Language) -> Command {
        let email = self.email();
        let code = || Proof::Code {
            email: self.email(),
            code: self.of(Field::Code),
        };
        match self.purpose {
            Purpose::Register => Command::Register {
                email,
                username: self.of(Field::Name).expose().clone(),
                password: self.of(Field::NewPassword),
                adult: true,
                language,
            },
            Purpose::Activate => Command::Activate { proof: code() },
            Purpose::Again => Command::SendAgain { email, language },
            Purpose::Recover => Command::Recover { email, language },
            Purpose::Reset => Command::ResetPassword {
                proof: code(),
                new: self.of(Field::NewPassword),
            },
            Purpose::LogIn => Command::LogIn {
                email,
                password: self.of(Field::Password),
            },
            Purpose::Password => Command::ChangePassword {
                current: self.of(Field::Password),
                new: self.of(Field::NewPassword),
            },
            Purpose::Delete => Command::DeleteAccount {
                password: self.of(Field::Password),
            },
        }
    }

    fn of(&self, field: Field) -> Secret<String> {
        self.answers.get(&field).cloned().unwrap_or_default()
    }
}

fn check(field: Field, answer: &str) -> Result<(), FieldFault> {
    match field {
        Field::Adult => {
            let agreed = ["是", "yes", "y"].contains(&answer.to_lowercase().as_str());
            agreed.then_some(()).ok_or(FieldFault::Adult)
        }
        Field::Email => match Email::new(answer) {
            Ok(_) => Ok(()),
            Err(_) => Err(FieldFault::Email),
        },
        Field::Name => name(answer),
        Field::Code => {
            let counted = answer.chars().filter(char::is_ascii_alphanumeric).count();
            (counted == CODE).then_some(()).ok_or(FieldFault::Code)
        }
        Field::NewPassword => match Secret::from(answer).composed().expose().chars().count() {
            short if short < limits::PASSWORD_MIN => {
                Err(FieldFault::PasswordShort(limits::PASSWORD_MIN - short))
            }
            long if long > limits::PASSWORD_MAX => Err(FieldFault::PasswordLong),
            _ => Ok(()),
        },
        Field::Password | Field::Repeat => Ok(()),
    }
}

/// Whether one can be called so.
pub(crate) fn name(name: &str) -> Result<(), FieldFault> {
    match Username::new(name) {
        Ok(_) => Ok(()),
        Err(UsernameError::Empty) => Err(FieldFault::NameEmpty),
        Err(UsernameError::TooLong) => Err(FieldFault::NameLong),
        Err(_) => Err(FieldFault::NameForbidden),
    }
}
