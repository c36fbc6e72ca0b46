use proptest::collection::vec;
use proptest::prelude::*;

/// Texts in which the characters that break encodings are frequent.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        '\0',
        '\u{1}',
        '\n',
        '\u{7f}',
        '\u{80}',
        '\u{9f}',
        '\u{a0}',
        '\u{ff}',
        '\u{301}',
        'é',
        '\u{200d}',
        '\u{feff}',
        '\u{ffff}',
        '\u{10ffff}',
        'a',
        'b',
        ',',
        ':',
        '/',
        '"',
        '\\',
    ]);
    vec(prop_oneof![3 => awkward, 1 => any::<char>()], 0..12)
        .prop_map(|characters| characters.into_iter().collect())
}
