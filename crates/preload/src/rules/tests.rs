use super::*;

#[test]
fn fields_are_read() {
    let rules = parse(b"bhr;17;99;8080,9001;/usr:/var/task/;/tmp;A,B;/l.so;/bin/echo:echo");
    assert!(rules.blocks() && rules.knows_hosts() && !rules.knows_programs());
    assert_eq!((rules.guard, rules.inode), (17, 99));
    assert!(rules.own_port(9001) && !rules.own_port(90) && !rules.own_port(0));
    assert!(rules.may_read(b"/usr/lib/x") && rules.may_read(b"/tmp/x") && rules.may_read(b"/var/task"));
    assert!(!rules.may_read(b"/usrlocal") && !rules.may_read(b"/etc/shadow"));
    assert!(rules.may_write(b"/etc/x"), "writes are not known");
    assert!(rules.may_start(b"echo") && !rules.may_start(b"") && !rules.may_start(b"/bin/echoes"));
    assert!(rules.hides(b"A") && !rules.hides(b"AB") && !rules.hides(b""));
}

#[test]
fn nothing_is_known_of_a_short_text() {
    let rules = parse(b"");
    assert!(!rules.blocks() && rules.may_read(b"/etc/shadow") && !rules.own_port(0));
}
