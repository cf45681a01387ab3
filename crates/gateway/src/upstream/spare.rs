//! Memory of requests that are over, for those that come: a thread gives each what the one before it has used, which the processor
//! still holds.
use http::HeaderMap;
use std::cell::RefCell;

/// Maps, and buffers, that a thread keeps at most.
const KEPT_MAX: usize = 16;
/// Fields that a map has room for, at most.
const FIELDS_MAX: usize = 64;
/// Bytes of a buffer.
const BYTES_MAX: usize = 16 << 10;

thread_local! {
    static MAPS: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty map with room for so many fields.
pub(crate) fn map(fields: usize) -> HeaderMap {
    match MAPS.with_borrow_mut(Vec::pop) {
        Some(mut map) => {
            map.reserve(fields);
            map
        }
        None => HeaderMap::with_capacity(fields),
    }
}

/// Nobody needs this map any more.
pub(crate) fn give_map(mut map: HeaderMap) {
    if !(1..=FIELDS_MAX).contains(&map.capacity()) {
        return;
    }
    map.clear();
    give(&MAPS, map);
}

/// An empty buffer.
pub(crate) fn buffer() -> Vec<u8> {
    BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Nobody needs this buffer any more.
pub(crate) fn give_buffer(mut buffer: Vec<u8>) {
    if buffer.capacity() <= BYTES_MAX {
        buffer.clear();
        give(&BUFFERS, buffer);
    }
}

fn give<T>(to: &'static std::thread::LocalKey<RefCell<Vec<T>>>, one: T) {
    // While a thread ends there is no list any more, and what is given just goes.
    let _gone = to.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.len() < KEPT_MAX {
            kept.push(one);
        }
    });
}
