use crate::Failure;

/// Ticks of `/proc` in a second; Linux has shown 100 to programs on every machine since 2.6.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the seconds of processor time of all children waited for so far, and of theirs.
///
/// # Errors
/// Where there is no `/proc`.
pub(super) fn of_children() -> Result<f64, Failure> {
    let line = std::fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("processor time is read from /proc, which fails: {error}"))?;
    // The second field is the program's name in parentheses, which may hold spaces.
    let (_, fields) = line.rsplit_once(") ").ok_or("`/proc/self/stat` has no name")?;
    let field = |number: usize| -> Result<f64, Failure> {
        let text = fields.split(' ').nth(number - 3).ok_or("`/proc/self/stat` is too short")?;
        Ok(text.parse()?)
    };
    // 16 and 17 in proc(5): `cutime` and `cstime`.
    Ok((field(16)? + field(17)?) / TICKS_PER_SECOND)
}
