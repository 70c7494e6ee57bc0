//! A state of which readers may get to see an older copy.

/// What is written at once and may be read late, as by services that answer from several machines.
#[derive(Debug, Default)]
pub struct Replica<T> {
    now: T,
    stale: Option<(T, u32)>,
}

impl<T: Clone> Replica<T> {
    /// The next `reads` are answered from what is there now, whatever is written until then.
    pub fn fall_behind(&mut self, reads: u32) {
        self.stale = (reads > 0).then(|| (self.now.clone(), reads));
    }

    /// What a reader gets to see.
    pub fn read(&mut self) -> T {
        let Some((old, left)) = &mut self.stale else { return self.now.clone() };
        *left -= 1;
        let (old, left) = (old.clone(), *left);
        if left == 0 {
            self.stale = None;
        }
        old
    }

    /// What is there.
    pub fn now(&self) -> &T {
        &self.now
    }

    pub fn write(&mut self) -> &mut T {
        &mut self.now
    }
}
