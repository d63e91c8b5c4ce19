//! Who may do what: keys, sessions, signed links, and how much of it.
//!
//! [`admit`] is asked by the door for each request; [`rules`] says what each route needs.

mod admit;
mod caller;
mod clock;
mod cookie;
mod key_text;
mod keys;
mod link;
mod pace;
mod rules;
mod scope;
mod token;

pub(crate) use admit::{Gate, admit, key_shown, no_such_key};
pub(crate) use caller::Caller;
pub use clock::Clock;
pub(crate) use cookie::{SESSION_COOKIE, cookie_of};
pub use key_text::KeyText;
pub use keys::{Key, KeyError, Keys, MadeKey, NewKey};
pub(crate) use link::Signer;
pub(crate) use pace::Pace;
pub use pace::RateLimit;
pub(crate) use rules::with_rules;
pub use scope::Scope;
pub(crate) use token::{hex, random_hex, sha256_hex};
