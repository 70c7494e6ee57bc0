//! Logging in, staying logged in, and logging out.

use std::net::IpAddr;

use secrecy::SecretString;
use uuid::Uuid;

use super::{
    budgets::Asked,
    model::{Device, Family, NameKey, Password, Presented, RefreshToken},
    service::{AuthService, MAX_TRIES, Session, Visitor},
    tokens::Purpose,
};
use crate::kernel::{Ctx, Error, Result};

impl AuthService {
    /// Exchanges name and password for a session, and for what makes the browser known. Errors: `InvalidCredentials`, the same
    /// for a name that nobody has; `TooManyAttempts`; `Busy`.
    pub async fn login(&self, ctx: &Ctx, visitor: &Visitor, name: &str, password: Password) -> Result<(Session, SecretString)> {
        let admission = self.admit_login(ctx, visitor)?;
        let name = NameKey::of(name);
        let proof = self.prove(ctx, &name, password, admission).await?;
        let ids = self.0.ledger.ids();
        let user_id = proof.credential.user_id;
        let family = Family::begun(ids.next(ctx.now()), user_id, ctx.now());
        self.settle(ctx, &name, proof, Some(&family)).await?;
        let known = admission.device.filter(|device| device.user_id == user_id);
        let device = known.unwrap_or_else(|| Device { user_id, id: ids.next(ctx.now()) });
        let device = self.0.tokens.seal(Purpose::Device, &device.to_text())?;
        Ok((self.session(ctx, name, &family)?, device))
    }

    /// Exchanges a refresh token for a session with its successor. Of several, the first that is good counts. Errors:
    /// `Unauthorized`, whatever is wrong with it; `TooManyAttempts`; `Busy`.
    pub async fn refresh(&self, ctx: &Ctx, address: Option<IpAddr>, presented: &[&str]) -> Result<Session> {
        let admitted = self.admit(ctx, Asked::Refresh, address);
        let mut tokens: Vec<RefreshToken> = presented.iter().filter_map(|text| self.refresh_token(text)).collect();
        // Of one family the latest comes first, lest an older copy end it.
        tokens.sort_by_key(|token| std::cmp::Reverse(token.number));
        if let Err(refused) = admitted {
            // Whoever has a token of ours is not held up by others at the same address.
            let family = tokens.first().ok_or(refused)?.family;
            self.0.budgets.take_of_family(family, ctx.now())?;
        }
        for token in tokens {
            if let Some(session) = self.renew(ctx, token).await? {
                return Ok(session);
            }
        }
        Err(Error::unauthorized())
    }

    /// Ends the families of all the tokens that are ours.
    pub async fn logout(&self, ctx: &Ctx, presented: &[&str]) -> Result<()> {
        let mut ended: Vec<Uuid> = Vec::new();
        for token in presented.iter().filter_map(|text| self.refresh_token(text)) {
            if !ended.contains(&token.family) {
                self.0.repo.remove_family(&token.name, token.family, self.0.ledger.ids().next(ctx.now())).await?;
                ended.push(token.family);
            }
        }
        Ok(())
    }

    /// `None` when the token is good for nothing any more.
    async fn renew(&self, ctx: &Ctx, token: RefreshToken) -> Result<Option<Session>> {
        let parts = &*self.0;
        for _ in 0..MAX_TRIES {
            let Some(read) = parts.repo.family(&token.name, token.family).await? else { return Ok(None) };
            match read.value.judge(token.number, ctx.now()) {
                Presented::Current(next) => {
                    if !self.is_alive(ctx, read.value.user_id).await? {
                        return Ok(None);
                    }
                    if parts.repo.put_family(&token.name, &next, &read, parts.ledger.ids().next(ctx.now())).await? {
                        return self.session(ctx, token.name, &next).map(Some);
                    }
                }
                Presented::JustUsed => {
                    let alive = self.is_alive(ctx, read.value.user_id).await?;
                    return if alive { self.session(ctx, token.name, &read.value).map(Some) } else { Ok(None) };
                }
                Presented::Spent => {
                    parts.repo.remove_family(&token.name, token.family, parts.ledger.ids().next(ctx.now())).await?;
                    return Ok(None);
                }
            }
        }
        Err(Error::busy())
    }

    fn refresh_token(&self, text: &str) -> Option<RefreshToken> {
        RefreshToken::of_text(self.0.tokens.unseal(Purpose::Refresh, text)?)
    }

    /// A token, and the refresh token that is the family's current one. That is made from its number by the secret, so that the
    /// same one can be made again for 30 seconds although it is kept nowhere.
    fn session(&self, ctx: &Ctx, name: NameKey, family: &Family) -> Result<Session> {
        let tokens = &self.0.tokens;
        let refresh = RefreshToken { name, family: family.id, number: family.current };
        Ok(Session {
            token: tokens.issue(family.user_id, self.0.ledger.ids().next(ctx.now()), ctx.now())?.into(),
            expires_in: tokens.lifetime(),
            user_id: family.user_id,
            refresh_token: tokens.seal(Purpose::Refresh, &refresh.to_text())?,
            refresh_expires_in: family.ends_at().since(ctx.now()),
        })
    }
}
