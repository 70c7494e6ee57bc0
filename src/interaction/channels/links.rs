//! The addresses in mails that work without a login: one verifies the address of a channel, one ends messages of a kind. Pure but for
//! randomness.
//!
//! Each names the account and the channel, so that it leads there by a point read in the partition from which it goes with the
//! account. Ids open nothing; what is beside them does. What ends messages is good for as long as somebody may keep a mail, which is
//! longer than the key of credentials lasts: it has a key of its own.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{
    model::{ChannelId, Topic},
    state::Nonce,
};
use crate::{
    integrations::credentials::keyring::{KEY, Key, Keyring},
    kernel::{Error, Result, UserId},
};

/// Where an address is verified; the token is the query's.
pub const VERIFY: &str = "/api/channels/verify";
/// Before the token that ends messages.
pub const UNSUBSCRIBE: &str = "/api/unsubscribe/";
/// What a tag is made for.
const PURPOSE: &[u8] = b"unsubscribe";

/// Whose channel it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of {
    pub user: UserId,
    pub channel: ChannelId,
}

impl Of {
    fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.user.uuid().as_bytes());
        bytes[16..].copy_from_slice(self.channel.uuid().as_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (ids, rest) = bytes.split_at_checked(32)?;
        let id = |part: &[u8]| Uuid::from_slice(part).ok();
        Some((Self { user: UserId::new(id(&ids[..16])?), channel: ChannelId::new(id(&ids[16..])?) }, rest))
    }
}

/// The token of a link that verifies.
pub fn verifying(of: Of, nonce: &Nonce) -> String {
    URL_SAFE_NO_PAD.encode([of.bytes().as_slice(), nonce].concat())
}

/// What such a token says; `None` for what is none.
pub fn read_verifying(token: &str) -> Option<(Of, Nonce)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (of, nonce) = Of::read(&bytes)?;
    Some((of, nonce.try_into().ok()?))
}

/// What links that end messages are made with, as it is stored: whoever reads it there reads whose channels they are beside it.
#[derive(Serialize, Deserialize)]
pub struct LinkKey {
    key: String,
}

impl LinkKey {
    /// A new one, from the randomness of the operating system. Errors: `Internal`.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; KEY];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let key = STANDARD.encode(bytes);
        bytes.zeroize();
        Ok(Self { key })
    }

    /// Errors: `Internal` for what is damaged.
    pub fn links(&self) -> Result<Links> {
        let damaged = || Error::internal("the key of the links of channels is damaged");
        let bytes = STANDARD.decode(&self.key).map_err(|_| damaged())?;
        let mut bytes: [u8; KEY] = bytes.try_into().map_err(|_| damaged())?;
        Ok(Links(Keyring::new(Key::new(&mut bytes), Vec::new())))
    }
}

/// Makes links that end messages, and reads them.
#[derive(Debug)]
pub struct Links(Keyring);

impl Links {
    /// Always the same for the same channel and topic.
    pub fn unsubscribing(&self, of: Of, topic: Topic) -> String {
        let mut token = of.bytes().to_vec();
        token.push(topic as u8);
        let tag = self.tag(&token);
        token.extend(tag);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Of which channel and topic it is; `None` for what we have not made.
    pub fn read_unsubscribing(&self, token: &str) -> Option<(Of, Topic)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, tag) = bytes.split_at_checked(33)?;
        if !bool::from(self.tag(said).ct_eq(tag)) {
            return None;
        }
        let (of, topic) = Of::read(said)?;
        let topic = Topic::ALL.iter().find(|known| [**known as u8] == *topic)?;
        Some((of, *topic))
    }

    fn tag(&self, said: &[u8]) -> Vec<u8> {
        self.0.digest(&[PURPOSE, said].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Of = Of { user: UserId::new(Uuid::from_u128(7 << 64)), channel: ChannelId::new(Uuid::from_u128(9 << 64)) };

    #[test]
    fn a_link_is_read_as_it_was_made_and_by_its_own_key_alone() {
        let key = LinkKey::random().expect("a key");
        let (links, others) = (key.links().expect("whole"), LinkKey::random().expect("a key").links().expect("whole"));
        for topic in Topic::ALL {
            let token = links.unsubscribing(OF, *topic);
            assert_eq!(token, key.links().expect("whole").unsubscribing(OF, *topic));
            assert_eq!((links.read_unsubscribing(&token), others.read_unsubscribing(&token)), (Some((OF, *topic)), None));
            for index in 0..token.len() {
                let mut changed = token.clone().into_bytes();
                changed[index] = if changed[index] == b'A' { b'Q' } else { b'A' };
                assert_eq!(links.read_unsubscribing(&String::from_utf8(changed).expect("text")), None, "{index}");
                assert_eq!(links.read_unsubscribing(&token[..index]), None);
            }
        }
        assert!(LinkKey { key: "AAAA".into() }.links().is_err());

        let token = verifying(OF, &[5; 16]);
        assert_eq!((read_verifying(&token), token.len()), (Some((OF, [5; 16])), 64));
        for bad in ["", "x", &token[1..], &format!("{token}AAAA")] {
            assert_eq!(read_verifying(bad), None, "{bad}");
        }
    }
}
