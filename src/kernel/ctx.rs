//! The context of one call: who, when, under which request id. First argument of every service call.

use std::{collections::HashSet, fmt, future::Future, sync::Arc};

use super::{Error, Result, Timestamp, UserId};

/// Who is calling. Made here alone, from the settings that name the administrators, so that no other code can say that it
/// is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller(Who);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anonymous,
    User(UserId),
    Admin(UserId),
    Program,
}

/// The users who may name anybody, as the settings have them.
#[derive(Debug, Clone, Default)]
pub struct Admins(HashSet<UserId>);

impl Admins {
    pub fn new(ids: HashSet<UserId>) -> Self {
        Self(ids)
    }
}

impl Caller {
    /// No token was asked for or none was shown.
    pub const ANONYMOUS: Self = Self(Who::Anonymous);
    /// The program itself, at work that no request waits for.
    pub const PROGRAM: Self = Self(Who::Program);

    /// A user with a valid token; one of `admins` may name anybody.
    pub fn user(id: UserId, admins: &Admins) -> Self {
        Self(if admins.0.contains(&id) { Who::Admin(id) } else { Who::User(id) })
    }

    /// Whose token was shown.
    pub fn id(self) -> Option<UserId> {
        match self.0 {
            Who::Anonymous | Who::Program => None,
            Who::User(id) | Who::Admin(id) => Some(id),
        }
    }
}

/// The id under which a request is logged and answered: visible ASCII, at most 128 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

tokio::task_local! {
    static UNDER_WAY: RequestId;
}

impl RequestId {
    /// Does the work as a part of this request: each line of the log that it writes bears the id.
    pub fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        UNDER_WAY.scope(self.clone(), work)
    }

    /// Of which request what runs here is a part, if of any.
    pub fn current() -> Option<Self> {
        UNDER_WAY.try_with(Self::clone).ok()
    }

    /// `None` when the text is empty, too long, or not visible ASCII, so that it can go into a header and a log line.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<uuid::Uuid> for RequestId {
    fn from(uuid: uuid::Uuid) -> Self {
        Self(uuid.to_string().into())
    }
}

/// One call. Its instant is read once, so that all stamps of a call agree.
#[derive(Debug, Clone)]
pub struct Ctx {
    caller: Caller,
    now: Timestamp,
    request_id: RequestId,
}

/// The user whose data a call may touch. Only [`Ctx`] makes one, after checking that the caller may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(UserId);

impl Owner {
    pub fn id(self) -> UserId {
        self.0
    }
}

impl Ctx {
    pub fn new(caller: Caller, now: Timestamp, request_id: RequestId) -> Self {
        Self { caller, now, request_id }
    }

    /// The same call once it is known who calls.
    #[must_use]
    pub fn called_by(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    /// The same call at a later instant, for one that lasts.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    pub fn caller(&self) -> Caller {
        self.caller
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// The caller's own data.
    pub fn own(&self) -> Result<Owner> {
        self.caller.id().map(Owner).ok_or_else(Error::unauthorized)
    }

    /// The data of any user, for the program's own work. Errors: `Forbidden`.
    pub fn owner_for_program(&self, user: UserId) -> Result<Owner> {
        if self.caller == Caller::PROGRAM { Ok(Owner(user)) } else { Err(Error::forbidden()) }
    }

    /// The data of the user that the caller named: themselves, or anybody for an admin. Errors: `Forbidden`; for an
    /// admin `NotFound` when the text cannot be a user's id.
    pub fn owner_named(&self, named: &str) -> Result<Owner> {
        let id = UserId::parse(named);
        match (self.caller.0, id) {
            (Who::Anonymous | Who::Program, _) => Err(Error::unauthorized()),
            (Who::Admin(_), Some(id)) => Ok(Owner(id)),
            (Who::Admin(_), None) => Err(Error::not_found("User")),
            (Who::User(own), Some(id)) if id == own => Ok(Owner(own)),
            (Who::User(_), _) => Err(Error::forbidden()),
        }
    }

    /// The caller's own data where it is nobody else's concern, whoever is named: not even an administrator may name another.
    /// Errors: `Forbidden`.
    pub fn owner_alone(&self, named: Option<&str>) -> Result<Owner> {
        let own = self.own()?;
        match named {
            Some(named) if UserId::parse(named) != Some(own.0) => Err(Error::forbidden()),
            _ => Ok(own),
        }
    }

    /// As [`Self::owner_named`], for a user as a resource: somebody else's account is simply not there.
    pub fn owner_of_account(&self, id: &str) -> Result<Owner> {
        self.owner_named(id).map_err(|error| match error.code() {
            super::Code::Forbidden => Error::not_found("User"),
            _ => error,
        })
    }

    /// The named user's data, or the caller's own when none is named.
    pub fn owner(&self, named: Option<&str>) -> Result<Owner> {
        named.map_or_else(|| self.own(), |named| self.owner_named(named))
    }

    /// As [`Self::owner`], for lists: without a name, an admin means everybody.
    pub fn owner_or_everybody(&self, named: Option<&str>) -> Result<Option<Owner>> {
        match (named, self.caller.0) {
            (None, Who::Admin(_)) => Ok(None),
            _ => self.owner(named).map(Some),
        }
    }

    /// Passes for an admin only.
    pub fn require_admin(&self) -> Result<()> {
        match self.caller.0 {
            Who::Admin(_) => Ok(()),
            Who::User(_) => Err(Error::new(super::Code::Forbidden, "Only an administrator may do this")),
            Who::Anonymous | Who::Program => Err(Error::unauthorized()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Meaning;

    fn ctx(caller: Caller) -> Ctx {
        Ctx::new(caller, Timestamp::from_micros(0), RequestId::from(uuid::Uuid::nil()))
    }

    #[test]
    fn a_user_reaches_only_their_own_data() {
        let (own, other) = (UserId::new(uuid::Uuid::from_u128(1)), UserId::new(uuid::Uuid::from_u128(2)));
        let user = ctx(Caller::user(own, &Admins::new([other].into())));
        assert_eq!(user.own().expect("own").id(), own);
        assert_eq!(user.owner_named(&own.to_string()).expect("named").id(), own);
        assert_eq!(user.owner_named(&other.to_string()).expect_err("other").meaning(), Meaning::Forbidden);
        assert_eq!(user.owner_named("user_123").expect_err("no id").meaning(), Meaning::Forbidden);
        assert_eq!(user.require_admin().expect_err("no admin").meaning(), Meaning::Forbidden);
    }

    #[test]
    fn an_admin_reaches_anybody_and_nobody_without_a_token_reaches_anything() {
        let other = UserId::new(uuid::Uuid::from_u128(2));
        let id = UserId::new(uuid::Uuid::from_u128(1));
        let admin = ctx(Caller::user(id, &Admins::new([id].into())));
        assert_eq!(admin.owner_named(&other.to_string()).expect("named").id(), other);
        assert_eq!(admin.owner_named("user_123").expect_err("no id").meaning(), Meaning::NotFound);
        for named in [None, Some(id.to_string())] {
            assert_eq!(admin.owner_alone(named.as_deref()).expect("own").id(), id);
        }
        for named in [other.to_string(), "user_123".to_owned()] {
            assert_eq!(admin.owner_alone(Some(&named)).expect_err("another's").meaning(), Meaning::Forbidden);
        }
        let nobody = ctx(Caller::ANONYMOUS);
        assert_eq!(nobody.owner_alone(None).expect_err("nobody").meaning(), Meaning::Unauthenticated);
        assert_eq!(nobody.own().expect_err("nobody").meaning(), Meaning::Unauthenticated);
        assert_eq!(nobody.owner_named(&other.to_string()).expect_err("nobody").meaning(), Meaning::Unauthenticated);
    }

    #[test]
    fn a_request_id_fits_a_header_and_a_log_line() {
        assert!(RequestId::parse("abc-123").is_some());
        assert!(RequestId::parse(&"x".repeat(128)).is_some());
        for bad in ["", "a b", "a\nb", "ünï", &"x".repeat(129)] {
            assert!(RequestId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
