use super::*;

#[test]
fn the_table_is_whole() {
    assert!(BOOK.index.len() > 450);
    let all = matching("*");
    assert!(all.len() > 22_000, "{}", all.len());
    assert_eq!(all.iter().count(), all.len(), "every page is read");
    assert!(all.iter().all(|action| !action.name.is_empty() && !action.service.is_empty()));
    let flags = |level| all.iter().filter(|action| action.level == level).count();
    assert_eq!(all.writes().len(), flags(Level::Write));
    assert_eq!(all.permissions().len(), flags(Level::Permissions));
    let restrictable = all.restrictable();
    assert!(all.iter().all(|action| action.restrictable == restrictable.contains(action)));
}

#[test]
fn a_pattern_covers_what_iam_says() {
    assert!(covers("Get*", "getobject"));
    assert!(covers("*", ""));
    assert!(covers("G?tObject*", "GetObject"));
    assert!(!covers("Get", "GetObject"));
    assert!(covers("*Object", "PutObjectObject"));
}

#[test]
fn an_action_knows_its_level_and_reach() {
    let put = matching("S3:putobject");
    let [action] = put.iter().collect::<Vec<_>>()[..] else { panic!("one action") };
    assert_eq!((action.name, action.level, action.restrictable), ("PutObject", Level::Write, true));
    assert_eq!((put.writes(), put.restrictable(), put.permissions().is_empty()), (put.clone(), put, true));
    assert!(matching("s3:ListAllMyBuckets").restrictable().is_empty());
}

#[test]
fn sets_add_and_remove() {
    let mut set = matching("s3:Get*");
    let all = set.len();
    set.remove(&matching("s3:GetObject"));
    assert_eq!(set.len(), all - 1);
    assert!(set.named(["s3:GetObject"]).is_empty());
    set.add(&matching("s3:GetObject"));
    assert_eq!(set.named(["S3:getobject", "s3:PutObject"]).len(), 1);
}
