use super::*;

const A: AccountId = AccountId([1; 16]);
const B: AccountId = AccountId([2; 16]);
const C: AccountId = AccountId([3; 16]);
const CHAT: ChatId = ChatId([9; 16]);

fn group() -> ChatPolicy {
    ChatPolicy {
        kind: ChatKind::Group,
        chat: CHAT,
        generation: Generation(0),
        accounts: BTreeSet::new(),
        admins: BTreeSet::from([A]),
    }
}

#[test]
fn policies_are_read_back() {
    for policy in [
        ChatPolicy::for_self(CHAT, Generation(2), A),
        ChatPolicy::for_direct(CHAT, Generation(0), B, A),
        ChatPolicy::for_direct(CHAT, Generation(0), A, A),
        group(),
    ] {
        assert_eq!(ChatPolicy::parse(&policy.encode()), Ok(policy));
    }
}

#[test]
fn impossible_policies_are_named() {
    let ids = |ids: &[AccountId]| ids.iter().map(AccountId::to_vec).collect::<Vec<_>>();
    for (kind, chat_len, accounts, admins, field) in [
        (0, 16, ids(&[A]), ids(&[]), "kind"),
        (9, 16, ids(&[A]), ids(&[]), "kind"),
        (2, 15, ids(&[A]), ids(&[]), "chat"),
        (1, 16, ids(&[A, B]), ids(&[]), "accounts"),
        (2, 16, ids(&[]), ids(&[]), "accounts"),
        (2, 16, ids(&[A, B, C]), ids(&[]), "accounts"),
        (2, 16, ids(&[B, A]), ids(&[]), "accounts"),
        (2, 16, ids(&[A, A]), ids(&[]), "accounts"),
        (2, 16, vec![vec![1]], ids(&[]), "accounts"),
        (2, 16, ids(&[A]), ids(&[A]), "admins"),
        (3, 16, ids(&[A]), ids(&[A]), "accounts"),
        (3, 16, ids(&[]), ids(&[]), "admins"),
    ] {
        let policy = schema::ChatPolicy { kind, chat: vec![9; chat_len], generation: 0, accounts, admins };
        assert_eq!(ChatPolicy::parse(&policy.encode_to_vec()), Err(PolicyError::Field(field)));
    }
}

#[test]
fn only_those_named_may_be_in_a_direct_chat() {
    let direct = ChatPolicy::for_direct(CHAT, Generation(0), A, B);
    assert!(direct.may_add(A, B) && direct.may_add(B, B));
    assert!(!direct.may_add(A, C) && !direct.may_add(C, A) && !direct.may_be_member(C));
    assert!(!direct.may_remove(A, B, LeafStanding::Listed) && direct.may_remove(A, B, LeafStanding::Revoked));
    assert!(direct.may_remove(A, A, LeafStanding::Listed) && !direct.may_edit(A));
}

#[test]
fn only_admins_change_a_group() {
    let group = group();
    assert!(group.may_add(A, C) && !group.may_add(B, C) && group.may_add(B, B));
    assert!(group.may_remove(A, C, LeafStanding::Listed) && !group.may_remove(B, C, LeafStanding::Listed));
    assert!(group.may_edit(A) && !group.may_edit(B));
}
