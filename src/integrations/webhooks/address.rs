//! The addresses of webhooks: the last part of one says whose it is, to us alone. Pure but for randomness.
//!
//! So a delivery finds its webhook by one point read, in the partition from which it goes with the account, and an address that
//! somebody made up is refused without any. The key is not that of credentials: an address is given away for good, and would not
//! outlive a change of that.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::WebhookId;
use crate::{
    integrations::credentials::keyring::{KEY, Key, Keyring, Sealed},
    kernel::{Error, Result, UserId},
};

/// Where deliveries go, before what is told apart below it.
pub const BELOW: &str = "/api/webhooks/";
/// In a sealed text this is what it was sealed for.
const PLACE: &str = "webhook address";

/// What addresses are sealed with, as it is stored: whoever reads it there reads whose they are beside it.
#[derive(Serialize, Deserialize)]
pub struct AddressKey {
    key: String,
}

impl AddressKey {
    /// A new one, from the randomness of the operating system. Errors: `Internal`.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; KEY];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let key = STANDARD.encode(bytes);
        bytes.zeroize();
        Ok(Self { key })
    }

    /// Errors: `Internal` for what is damaged.
    pub fn addresses(&self) -> Result<Addresses> {
        let bytes = STANDARD.decode(&self.key).map_err(|_| damaged())?;
        let mut bytes: [u8; KEY] = bytes.try_into().map_err(|_| damaged())?;
        Ok(Addresses(Keyring::new(Key::new(&mut bytes), Vec::new())))
    }
}

fn damaged() -> Error {
    Error::internal("the key of the addresses of webhooks is damaged")
}

/// Makes addresses and reads them.
#[derive(Debug)]
pub struct Addresses(Keyring);

impl Addresses {
    /// The last part of a new address: of 256 random bits and more no two are alike. Errors: `Internal`.
    pub fn make(&self, user: UserId, webhook: WebhookId) -> Result<String> {
        let plain = [*user.uuid().as_bytes(), *webhook.uuid().as_bytes()].concat();
        Ok(self.0.current().seal(&plain, PLACE)?.as_str().to_owned())
    }

    /// Whose it is; `None` for what we have not made.
    pub fn read(&self, path: &str) -> Option<(UserId, WebhookId)> {
        let plain = self.0.open(&Sealed::from(path.to_owned()), PLACE).ok()?;
        let (user, webhook) = plain.split_at_checked(16)?;
        Some((UserId::new(Uuid::from_slice(user).ok()?), WebhookId::new(Uuid::from_slice(webhook).ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_webhook_by_the_key_that_made_it_and_says_nothing_else() {
        let (user, webhook) = (UserId::new(Uuid::from_u128(7 << 64)), WebhookId::new(Uuid::from_u128(9 << 64)));
        let stored = AddressKey::random().expect("a key");
        let addresses = stored.addresses().expect("whole");
        let (path, other) = (addresses.make(user, webhook).expect("a path"), addresses.make(user, webhook).expect("a path"));
        assert_ne!(path, other);
        assert!(path.len() < 128 && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{path}");
        assert_eq!(stored.addresses().expect("whole").read(&path), Some((user, webhook)));
        assert_eq!(AddressKey::random().expect("a key").addresses().expect("whole").read(&path), None);
        for index in 0..path.len() {
            let mut changed = path.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            assert_eq!(addresses.read(&String::from_utf8(changed).expect("text")), None, "{index}");
        }
        for bad in ["", "v1", "v1...", &path[1..], &format!("{path}A"), "\u{f1}"] {
            assert_eq!(addresses.read(bad), None, "{bad:?}");
        }
        assert!(AddressKey { key: "AAAA".into() }.addresses().is_err());
    }
}
