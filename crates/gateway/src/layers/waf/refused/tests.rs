//! The budget.
use super::Budget;

#[test]
fn so_many_in_a_second_and_no_more() {
    let budget = Budget::default();
    assert_eq!((0..5).filter(|_| budget.take(7, 3)).count(), 3);
    assert_eq!((0..5).filter(|_| budget.take(8, 2)).count(), 2);
    assert!(!budget.take(9, 0));
}
