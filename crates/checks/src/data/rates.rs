//! How often schedules start.

/// Minutes between two starts of a `rate(…)` expression, or of the `cron(…)` that means every minute.
pub(crate) fn minutes_between(expression: &str) -> Option<u64> {
    let text = expression.trim();
    if let Some(fields) = text.strip_prefix("cron(") {
        let minute = fields.split_whitespace().next()?;
        let hour = fields.split_whitespace().nth(1)?;
        return (hour == "*" && (minute == "*" || minute == "*/1" || minute == "0/1")).then_some(1);
    }
    let inner = text.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inner.trim().split_once(char::is_whitespace)?;
    let factor = match unit.trim().trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::minutes_between;

    #[test]
    fn rates_and_every_minute_are_read() {
        assert_eq!(minutes_between("rate(2 hours)"), Some(120));
        assert_eq!(minutes_between("cron(* * * * ? *)"), Some(1));
        assert_eq!(minutes_between("cron(0 12 * * ? *)"), None);
        assert_eq!(minutes_between("rate(soon)"), None);
    }
}
