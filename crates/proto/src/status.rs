/// How a request went: three digits and the words that go with them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status(u16);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $code:literal $words:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// Every status that the protocol names.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The words that stand behind the number.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self.0 { $($code => $words,)* _ => "Unknown" }
            }
        }
    };
}

statuses! {
    /// Done; the body, if any, is the answer.
    OK = 200 "OK";
    /// Kept, and new: a report.
    CREATED = 201 "Created";
    /// Taken; the effect comes later (a mail, a match).
    ACCEPTED = 202 "Accepted";
    /// The ranges that were asked for.
    PARTIAL_CONTENT = 206 "Partial Content";
    /// No message of this protocol, or a body that is not what the resource takes.
    BAD_REQUEST = 400 "Bad Request";
    /// Nobody is logged in here, or e-mail and password do not match.
    UNAUTHORIZED = 401 "Unauthorized";
    /// Known, and not allowed: not activated, suspended, a ticket of somebody else.
    FORBIDDEN = 403 "Forbidden";
    /// No such resource.
    NOT_FOUND = 404 "Not Found";
    /// The resource does not take this method.
    METHOD_NOT_ALLOWED = 405 "Method Not Allowed";
    /// A head did not end in time.
    TIMEOUT = 408 "Request Timeout";
    /// Not now: what is asked contradicts where the session stands.
    CONFLICT = 409 "Conflict";
    /// It was, and is over: a match, a code, a proposal.
    GONE = 410 "Gone";
    /// A body or message larger than its limit.
    TOO_LARGE = 413 "Content Too Large";
    /// A `Content-type` that the resource does not take.
    UNSUPPORTED_TYPE = 415 "Unsupported Media Type";
    /// No byte of the entity lies in the range.
    RANGE_NOT_SATISFIABLE = 416 "Range Not Satisfiable";
    /// Understood, and a value in it is not acceptable; the body names it.
    UNPROCESSABLE = 422 "Unprocessable Content";
    /// Between strangers: both must greet first.
    TOO_EARLY = 425 "Too Early";
    /// Too often; the body says when to try again.
    TOO_MANY = 429 "Too Many Requests";
    /// A line, the number of fields or the head is over its limit.
    HEAD_TOO_LARGE = 431 "Request Header Fields Too Large";
    /// The server failed; trying again may help.
    INTERNAL = 500 "Internal Server Error";
    /// The server cannot now: it starts, stops, or its disk is full.
    UNAVAILABLE = 503 "Service Unavailable";
    /// A version other than FLOATER/1.0.
    VERSION_NOT_SUPPORTED = 505 "FLOATER Version Not Supported";
}

impl Status {
    /// Reads `NNN words`. Numbers that the protocol does not name are kept: they count as the
    /// first of their hundred.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let [hundreds @ b'1'..=b'5', tens, ones, b' ', words @ ..] = text else {
            return None;
        };
        let worded = words.first().is_some_and(|&b| b != b' ');
        let numeric = tens.is_ascii_digit() && ones.is_ascii_digit();
        let digit = |b: &u8| u16::from(b.wrapping_sub(b'0'));
        let code = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
        (numeric && worded).then_some(Self(code))
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Whether it went well: 2xx.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 >= 200 && self.0 < 300
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0, self.words())
    }
}

impl std::fmt::Debug for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
