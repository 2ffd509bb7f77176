//! Sessions: log-in, resume, list, end, and the codes that become a cookie.

mod cookie;
mod end;
mod list;
mod open;

pub use cookie::CookieCodes;
pub use end::end;
pub(crate) use list::lines;
pub use list::list;
pub use open::{Authenticated, Opened, authenticate, establish};
