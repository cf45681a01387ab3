use super::*;

#[test]
fn every_control_is_told_once() {
    let found = survey(&Places::default());
    let controls: Vec<Control> = found.iter().map(|one| one.control).collect();
    assert_eq!(controls, Control::ALL);
    print!("{}", render(&found, false));
    for one in found {
        assert_ne!(one.state.why(), Some(""), "{} says why", one.control.name());
    }
}
