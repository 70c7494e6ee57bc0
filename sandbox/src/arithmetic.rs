//! What stand-ins verify with: written out from the standards, so that it agrees with the product by them alone.

use sha2::{Digest as _, Sha256};

/// As RFC 2104 has it, for keys that are no longer than a block.
pub fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}
