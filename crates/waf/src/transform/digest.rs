//! MD5 (RFC 1321) and SHA-1 (RFC 3174), for rules that name them. Nothing here protects anything.
use std::array::from_fn;

/// 16 bytes.
pub(super) fn md5(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    blocks(value, u64::to_le_bytes, |block| md5_block(&mut state, block));
    out.extend(state.iter().flat_map(|word: &u32| word.to_le_bytes()));
    out.as_slice() != value
}

/// 20 bytes.
pub(super) fn sha1(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    blocks(value, u64::to_be_bytes, |block| sha1_block(&mut state, block));
    out.extend(state.iter().flat_map(|word: &u32| word.to_be_bytes()));
    out.as_slice() != value
}

/// The value in blocks of 64 bytes, with a one bit, zeros, and its length in bits at the end.
fn blocks(value: &[u8], length: fn(u64) -> [u8; 8], mut each: impl FnMut(&[u8; 64])) {
    let (whole, rest) = value.as_chunks::<64>();
    whole.iter().for_each(&mut each);
    let mut tail = Vec::with_capacity(128);
    tail.extend_from_slice(rest);
    tail.push(0x80);
    while tail.len() % 64 != 56 {
        tail.push(0);
    }
    tail.extend(length((value.len() as u64).wrapping_mul(8)));
    tail.as_chunks::<64>().0.iter().for_each(each);
}

fn word(block: &[u8; 64], index: usize, read: fn([u8; 4]) -> u32) -> u32 {
    block.as_chunks::<4>().0.get(index).map_or(0, |bytes| read(*bytes))
}

/// The sine of 1 to 64, in radians, times 2 to the 32nd.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

fn md5_block(state: &mut [u32; 4], block: &[u8; 64]) {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..64usize {
        let (mix, index) = match step / 16 {
            0 => (b & c | !b & d, step),
            1 => (d & b | !d & c, 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        let shift = SHIFTS.get(step / 16).and_then(|row| row.get(step % 4)).copied().unwrap_or(0);
        let sine = SINES.get(step).copied().unwrap_or(0);
        let sum =
            a.wrapping_add(mix).wrapping_add(sine).wrapping_add(word(block, index % 16, u32::from_le_bytes));
        (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(shift)));
    }
    let [first, second, third, fourth] = *state;
    *state = [first.wrapping_add(a), second.wrapping_add(b), third.wrapping_add(c), fourth.wrapping_add(d)];
}

fn sha1_block(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut window: [u32; 16] = from_fn(|index| word(block, index, u32::from_be_bytes));
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for step in 0..80usize {
        let (mix, constant) = match step / 20 {
            0 => (b & c | !b & d, 0x5a82_7999),
            1 => (b ^ c ^ d, 0x6ed9_eba1),
            2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6),
        };
        // the window's first word is of this step; the word of sixteen steps later takes its place at the end
        let [now, _, third, _, _, _, _, _, ninth, _, _, _, _, fourteenth, _, _] = window;
        let sum = a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(constant).wrapping_add(now);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum);
        window.rotate_left(1);
        if let Some(last) = window.last_mut() {
            *last = (now ^ third ^ ninth ^ fourteenth).rotate_left(1);
        }
    }
    for (word, change) in state.iter_mut().zip([a, b, c, d, e]) {
        *word = word.wrapping_add(change);
    }
}
