use crate::rates::Rate as Name;
use serde::Deserialize;
use std::num::NonZeroU32;

/// So many at once, and so many an hour in the long run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// At once.
    pub burst: NonZeroU32,
    /// In the long run.
    pub per_hour: NonZeroU32,
}

impl Rate {
    /// The figures; zero counts as one.
    #[must_use]
    pub const fn new(burst: u32, per_hour: u32) -> Self {
        let one = NonZeroU32::MIN;
        let burst = match NonZeroU32::new(burst) {
            Some(burst) => burst,
            None => one,
        };
        let per_hour = match NonZeroU32::new(per_hour) {
            Some(per_hour) => per_hour,
            None => one,
        };
        Self { burst, per_hour }
    }
}

macro_rules! rates {
    ($($(#[$doc:meta])* $key:ident = $name:ident($burst:literal, $per_hour:literal);)*) => {
        /// How often who may do what.
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Rates {
            $($(#[$doc])* pub $key: Rate,)*
        }

        impl Default for Rates {
            fn default() -> Self {
                Self { $($key: Rate::new($burst, $per_hour),)* }
            }
        }

        impl Name {
            /// Its key in the configuration.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($key),)*
                }
            }
        }

        impl Rates {
            /// All of them, by name.
            #[must_use]
            pub fn all(&self) -> Vec<(Name, Rate)> {
                vec![$((Name::$name, self.$key),)*]
            }

            /// The same figures for all: for tests that are not about rates.
            #[must_use]
            pub fn uniform(figures: Rate) -> Self {
                Self { $($key: figures,)* }
            }
        }
    };
}

rates! {
    /// New links from one address.
    link_by_address = LinkByAddress(100, 3600);
    /// New links from everywhere.
    link_globally = LinkGlobally(20_000, 3_600_000);
    /// Registrations from one address.
    register_by_address = RegisterByAddress(10, 30);
    /// Registrations from everywhere.
    register_globally = RegisterGlobally(300, 3600);
    /// Mails to one recipient.
    mail_by_recipient = MailByRecipient(5, 10);
    /// Mails asked for by one address.
    mail_by_address = MailByAddress(15, 40);
    /// Mails asked for from everywhere: two a second, as many for recoveries as registrations may
    /// take. Where none can be sent, 24 hours of them are 173,400 rows.
    mail_globally = MailGlobally(600, 7200);
    /// Log-ins tried from one address.
    login_by_address = LoginByAddress(30, 240);
    /// Log-ins tried for one e-mail address.
    login_by_email = LoginByEmail(10, 40);
    /// Log-ins tried from everywhere.
    login_globally = LoginGlobally(500, 72_000);
    /// Codes tried from one address.
    code_by_address = CodeByAddress(30, 120);
    /// Codes tried for one e-mail address.
    code_by_email = CodeByEmail(15, 30);
    /// Codes tried from everywhere: five for each mail.
    code_globally = CodeGlobally(3000, 36_000);
    /// `POST /cookie` from one address.
    cookie_by_address = CookieByAddress(60, 1200);
    /// `POST /cookie` from everywhere: each log-in sets one and each log-out clears one.
    cookie_globally = CookieGlobally(1000, 144_000);
    /// `/seek` of one account.
    seek_by_account = SeekByAccount(60, 1200);
    /// `/seek` of everybody: as often as links come.
    seek_globally = SeekGlobally(20_000, 3_600_000);
    /// `/path` of one account.
    path_by_account = PathByAccount(30, 600);
    /// `/path` with ports at one address, whosever they are: others dial there.
    path_by_address = PathByAddress(200, 6000);
    /// Connections to reflectors from one address.
    reflect_by_address = ReflectByAddress(400, 20_000);
    /// Dials to one address, which asks whether they come in. Each asker is dialled twice.
    dial_by_address = DialByAddress(10, 60);
    /// Changes of name and password, export, deletion of one account.
    settings_by_account = SettingsByAccount(20, 60);
    /// Reports of one account.
    report_by_account = ReportByAccount(20, 60);
    /// Reports from one address.
    report_by_address = ReportByAddress(40, 120);
    /// Reports of everybody: one an hour for nearly every second of 16,000 links.
    report_globally = ReportGlobally(1000, 7200);
    /// Pieces of pictures of one account's reports.
    piece_by_account = PieceByAccount(2000, 4000);
    /// Pieces of pictures of everybody's reports: 32 KiB each, so that an hour keeps 1.3 GB at most.
    piece_globally = PieceGlobally(10_000, 40_000);
    /// Blocks of one account.
    block_by_account = BlockByAccount(30, 120);
}
