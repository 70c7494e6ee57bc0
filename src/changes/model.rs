//! How far a client has got, and what it is told next. Pure.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{Code, Error, Result, Timestamp, UserId};

/// How long a token is good for. What was deleted is remembered for an hour longer, 30 days, since a deletion takes a while
/// and the clocks of two instances differ.
pub const TOKEN_TTL: Duration = Duration::from_hours(719);
/// How far ahead the clock of the instance that gave a token may be. What was given later than that was given by a clock
/// that was wrong, here or there, and says nothing of what is remembered. It is part of the hour above.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(5);

/// Where a client's copy stands.
///
/// `since` is when the client was last known to have everything. Until it has everything again, that instant stays
/// what it is: of what was deleted after it, the tombstones are needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub user: UserId,
    /// Whose numbers `place` speaks of. Tokens from before histories had names have none, and are of no history.
    #[serde(default)]
    pub history: Option<Uuid>,
    pub since: Timestamp,
    /// The last document that the client has been told of; `None` before the first.
    pub place: Option<Place>,
}

/// A document in the order of changes. `op` tells one history from another where its name does not, as when files were put
/// back by hand: the same numbers are then given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub seq: u64,
    pub op: Uuid,
    pub kind: String,
    pub id: String,
}

impl Token {
    /// Before the first document.
    pub fn start(user: UserId, history: Uuid, now: Timestamp) -> Self {
        Self { user, history: Some(history), since: now, place: None }
    }

    /// Opaque to clients, and safe in a URL and in a header.
    pub fn to_text(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?))
    }

    /// Errors: `InvalidCursor` for what was never a token.
    pub fn parse(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let token: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // No store can be asked for a number beyond.
        let known = |token: &Self| token.place.as_ref().is_none_or(|place| i64::try_from(place.seq).is_ok());
        token
            .filter(known)
            .ok_or_else(|| Error::new(Code::InvalidCursor, "Query parameter 'since' is not a token of this service"))
    }

    /// Whether all that was deleted since in this history can still be told, to this user.
    pub fn is_good(&self, user: UserId, history: Uuid, now: Timestamp) -> bool {
        let ours = self.user == user && self.history == Some(history);
        ours && now.since(self.since) < TOKEN_TTL && self.since.since(now) <= MAX_CLOCK_SKEW
    }
}

/// A document that changed.
#[derive(Debug, Clone)]
pub struct Changed {
    pub place: Place,
    pub at: Timestamp,
    /// As it is stored; `None` when it was deleted.
    pub body: Option<String>,
}

/// Some of what changed, in order.
#[derive(Debug, Clone)]
pub struct Changes {
    pub changes: Vec<Changed>,
    /// Where the client stands once it has applied them.
    pub token: Token,
    /// Whether there is more already.
    pub more: bool,
    /// Whether the client must forget what it has first.
    pub reset: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HISTORY: Uuid = Uuid::from_u128(7);

    fn token(place: Option<Place>) -> Token {
        let user = UserId::new(Uuid::from_u128(1));
        Token { place, ..Token::start(user, HISTORY, Timestamp::from_micros(1_767_323_045_000_001)) }
    }

    proptest! {
        #[test]
        fn a_token_comes_back_as_it_was(seq in 0..=i64::MAX.unsigned_abs(), op in any::<u128>(), kind in "[a-z_]{1,12}", id in ".{0,40}") {
            let token = token(Some(Place { seq, op: Uuid::from_u128(op), kind, id }));
            let text = token.to_text().expect("text");
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            prop_assert_eq!(Token::parse(&text).expect("read"), token);
        }

        #[test]
        fn no_text_is_a_token_by_accident(text in ".{0,200}") {
            prop_assert!(Token::parse(&text).is_err());
        }
    }

    #[test]
    fn a_number_that_no_change_can_have_is_refused() {
        let place = Place { seq: i64::MAX.unsigned_abs() + 1, op: Uuid::nil(), kind: "tasks".into(), id: "1".into() };
        let text = token(Some(place)).to_text().expect("text");
        assert_eq!(Token::parse(&text).expect_err("no token").code(), Code::InvalidCursor);
    }

    #[test]
    fn a_token_is_good_for_its_user_and_history_and_thirty_days() {
        let token = token(None);
        let good = |token: &Token, now| token.is_good(token.user, HISTORY, now);
        let (since, moment) = (token.since, Duration::from_micros(1));
        assert!(good(&token, since));
        assert!(good(&token, since.plus(TOKEN_TTL).minus(moment)));
        assert!(!good(&token, since.plus(TOKEN_TTL)));
        assert!(!token.is_good(UserId::new(Uuid::from_u128(2)), HISTORY, since));
        assert!(!token.is_good(token.user, Uuid::from_u128(8), since));
        assert!(!good(&Token { history: None, ..token.clone() }, since));
        // Given by a clock that was a little ahead, or by one that was wrong.
        assert!(good(&token, since.minus(MAX_CLOCK_SKEW)));
        assert!(!good(&token, since.minus(MAX_CLOCK_SKEW).minus(moment)));
    }

    #[test]
    fn what_is_forgotten_is_forgotten_after_the_last_token_that_lacks_it() {
        let remembered = Duration::from_hours(720);
        assert!(TOKEN_TTL + MAX_CLOCK_SKEW < remembered);
    }

    #[test]
    fn a_token_from_before_histories_had_names_is_read_and_of_none() {
        let older = r#"{"user":"00000000-0000-0000-0000-000000000001","since":"2026-01-02T03:04:05.000001Z","place":null}"#;
        let token = Token::parse(&URL_SAFE_NO_PAD.encode(older)).expect("read");
        assert_eq!((token.history, token.place), (None, None));
    }
}
