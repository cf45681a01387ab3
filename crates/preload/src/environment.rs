//! The environment of what is started: this library stays in it, credentials do not.
use crate::rules::{self, Rules};

/// Variables of one environment; more are not passed on, and the start fails (E2BIG).
pub(crate) const VARIABLES_MAX: usize = 2048;
/// Bytes of `LD_PRELOAD`.
const PRELOAD_BYTES_MAX: usize = 1024;
const PRELOAD: &[u8] = b"LD_PRELOAD";

/// A variable's text that this library makes.
#[derive(Debug)]
pub(crate) struct Memory {
    preload: [u8; PRELOAD_BYTES_MAX],
    rules: [u8; rules::BYTES_MAX + 64],
    list: [*const libc::c_char; VARIABLES_MAX],
}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self {
            preload: [0; PRELOAD_BYTES_MAX],
            rules: [0; rules::BYTES_MAX + 64],
            list: [core::ptr::null(); VARIABLES_MAX],
        }
    }

    /// The list for a new program; none where there is no room.
    ///
    /// # Safety
    /// `from` is null or a list of strings that end with a zero, with a null at its end.
    pub(crate) unsafe fn fill(
        &mut self,
        rules: &Rules<'_>,
        own: (&[u8], &[u8]),
        from: *const *const libc::c_char,
        hide: bool,
    ) -> Option<*const *const libc::c_char> {
        let (library, text) = own;
        let mut count = 0_usize;
        let mut others: &[u8] = &[];
        let mut at = from;
        // SAFETY: reads up to the null, as the caller says.
        while let Some(variable) = unsafe { next(&mut at) } {
            // SAFETY: as above.
            let bytes = unsafe { crate::calls::bytes(variable) }?;
            let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
            if name == PRELOAD {
                others = bytes.get(PRELOAD.len().wrapping_add(1)..).unwrap_or_default();
                continue;
            }
            if name == rules::NAME || (hide && rules.hides(name)) {
                continue;
            }
            // Room for ours and the null.
            if count.wrapping_add(3) >= VARIABLES_MAX {
                return None;
            }
            *self.list.get_mut(count)? = variable;
            count = count.wrapping_add(1);
        }
        let others = if contains(others, library) { &[] } else { others };
        join(
            &mut self.preload,
            &[PRELOAD, b"=", library, if others.is_empty() { b"" } else { b":" }, others],
        )?;
        join(&mut self.rules, &[rules::NAME, b"=", text])?;
        *self.list.get_mut(count)? = self.preload.as_ptr().cast();
        *self.list.get_mut(count.wrapping_add(1))? = self.rules.as_ptr().cast();
        *self.list.get_mut(count.wrapping_add(2))? = core::ptr::null();
        Some(self.list.as_ptr())
    }
}

/// # Safety
/// As [`Memory::fill`].
unsafe fn next(at: &mut *const *const libc::c_char) -> Option<*const libc::c_char> {
    if at.is_null() {
        return None;
    }
    // SAFETY: not past the null, where this has ended before.
    let found = unsafe { **at };
    if found.is_null() {
        return None;
    }
    // SAFETY: there is at least the null behind it.
    *at = unsafe { at.add(1) };
    Some(found)
}

/// A list of `LD_PRELOAD` that has the library is as it should be but for its order.
fn contains(list: &[u8], library: &[u8]) -> bool {
    list.split(|byte| matches!(byte, b':' | b' ')).all(|one| one == library)
}

/// Puts parts together, with a zero at the end.
fn join(into: &mut [u8], parts: &[&[u8]]) -> Option<()> {
    let mut at = 0_usize;
    for part in parts {
        crate::calls::put(into.get_mut(at..)?, part)?;
        at = at.wrapping_add(part.len());
    }
    *into.get_mut(at)? = 0;
    Some(())
}

#[cfg(test)]
mod tests;
