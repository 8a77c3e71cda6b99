//! Rules that a test build can break, one at a time: each stands where it is kept as `if broken(Rule::X)`, and `cargo xtask
//! mutations` breaks every one and sees what notices. Without the feature `switches`, which nothing that is shipped enables,
//! [`broken`] is the constant `false`, and the compiler leaves nothing of it.

#[cfg(all(feature = "switches", not(debug_assertions)))]
compile_error!("rules can be broken in test builds only: leave the feature `switches` out of a release");

/// The environment variable that names the broken rule, for test programs.
pub const BROKEN_RULE: &str = "HELIOGRAPH_BROKEN_RULE";

macro_rules! rules {
    ($($(#[doc = $words:literal])* $name:ident,)*) => {
        /// A rule, as it is when it is kept. Numbers are those of docs/protocol.md and docs/reliability.md.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $words])* $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

rules! {
    // The driver's, kept by the simulator's.
    /// Outputs leave after the flush only.
    FlushBeforeSend,

    // The delivery service's store.
    /// I5: the repeat of an operation gets the first result, whatever the epoch is by then.
    RepeatGetsFirstResult,
    /// I2: a message is taken in the group's epoch only.
    MessageOfThisEpoch,
    /// I1, I4: one commit ends an epoch.
    OneCommitAnEpoch,
    /// I3: who writes has a leaf.
    SenderIsMember,
    /// I3: who commits has a leaf, or joins an account that has one.
    CommitterIsMember,
    /// While an unlinked device has a leaf, no message is taken.
    RevokedLeafStopsMessages,
    /// A device that was unlinked between validation and transaction does not come in as listed.
    LateLeafIsRevoked,
    /// Time rises strictly within a chat.
    TimeRises,
    /// The chain covers the place of an entry.
    ChainCoversPlaces,
    /// Two accounts have one chat.
    OneDirectChat,
    /// Every member's device gets a pointer to each entry.
    PointersForEveryMember,
    /// A device list replaces the older one only that it was checked against.
    ListFollowsList,
    /// A key package is given out once.
    KeyPackageClaimedOnce,
    /// A backup of which a blob is not whole does not take the place of the one before.
    HalfBackupReplacesNone,
    /// Nobody restores an account without the PIN that it has.
    RestoringNeedsThePin,
    /// A slot of a rendezvous is written in turn.
    SlotInTurn,
    /// A ticket registers the number that it was given for.
    TicketForItsNumber,

    // The delivery service's checks.
    /// A commit comes from the device that signed it.
    CommitIsItsSigners,
    /// The new leaf of a commit is its sender's.
    NewLeafIsSenders,
    /// A leaf that comes in is of a device in its account's newest list.
    LeafIsListed,
    /// Who may not add an account does not.
    AddIsAllowed,
    /// Who may not remove a leaf does not.
    RemoveIsAllowed,
    /// Only admins say who the admins are.
    PolicyByAdmins,
    /// From outside joins who has a leaf of the account inside.
    ExternalAccountInside,
    /// From outside a device removes its own old leaf only.
    ExternalRemovesOwnLeaf,
    /// An external commit is ExternalInit and at most one Remove.
    ExternalForm,
    /// A handshake is made for the group that the request names.
    MadeForThisGroup,
    /// It is made in the epoch that the request names.
    MadeInThisEpoch,
    /// What is sent as a message is an application message.
    ApplicationOnly,
    /// A group info tells of the group after its commit.
    GroupInfoAfterCommit,
    /// A Welcome is for a device that its commit adds.
    WelcomeForTheAdded,
    /// A group has no more leaves than it may.
    LeavesWithinLimit,
    /// I6: a reset keeps the policy.
    ResetKeepsPolicy,
    /// I6: a reset keeps the roster.
    ResetKeepsRoster,
    /// A new group's leaf is its maker's.
    FirstLeafIsMakers,
    /// A new group's policy is of this chat.
    PolicyIsOfTheChat,
    /// A direct chat's key is that of its two accounts.
    DirectKeyOfTheTwo,

    // What every client checks again.
    /// A leaf carries a certificate that holds.
    LeafIsCertified,
    /// Only accounts that the policy names have leaves.
    AccountMayBeIn,
    /// A device has one leaf.
    DeviceHasOneLeaf,
    /// A leaf stays the same device's.
    LeafStaysItsDevices,
    /// A joiner from outside takes away its own old leaf only.
    JoinerTakesOwnLeaf,
    /// Who joins from outside has an account inside.
    JoinerIsInside,
    /// Members add what the policy lets them add.
    ClientAddIsAllowed,
    /// Only admins say who the admins are, whatever a server let through.
    ClientPolicyByAdmins,
    /// Into a group's state that nobody known has signed nothing is sent.
    StateIsVouchedFor,
    /// Of two names the later one counts, by the clock with which it was given.
    NameByItsClock,
    /// Whoever has become a group's only admin does not leave it.
    LastAdminStays,
    /// An admin's device takes out who said that they leave.
    LeaverIsPutOut,

    // The client's.
    /// An operation is kept until there is a verdict.
    KeptUntilVerdict,
    /// An own commit is merged at its echo, after what stands before it.
    CommitMergedAtEcho,
    /// Only the bytes that this device sent merge its commit.
    CommitEchoIsOwn,
    /// Only the bytes that this device sent settle its message.
    MessageEchoIsOwn,
    /// An entry of the own device that it did not say leads to new keys.
    OwnWordsAreKnown,
    /// What MLS calls this device's own is that only under this device's name.
    OwnWordsAreOwn,
    /// A message is stored once, by its id.
    MessageStoredOnce,
    /// A commit of the log is applied by every member.
    CommitIsApplied,
    /// What lies between an archive and a joining is asked for.
    GapBeforeJoiningFilled,
    /// I7: a device that is missing in a chat of its account joins by itself.
    MissingDeviceJoins,
    /// The server's list of groups is gone through after each connecting: what was told meanwhile is told once.
    GroupsListedAnew,
    /// No device comes from outside into a group that its account left and in which nobody else is.
    LeftIsLeft,
    /// A server brings nobody into a group by keys that nobody asked for.
    OnlyWantedAreAdded,
    /// The marks of a chat are asked for when this device has come into it.
    MarksAskedOnEntry,
    /// Whoever makes a group, or brings somebody in, says what it is called.
    GroupNameIsSaid,
    /// Nothing is encrypted for a group before every leaf of it stands in its account's newest list.
    VettedBeforeEncryption,
    /// No device joins a chat from an older state than it has seen.
    EpochNeverFalls,
    /// What members say of the history is held against the own.
    HistoriesAreCompared,
    /// A message that does not open is kept, and asked for.
    UnreadableIsKept,
    /// Who cannot follow a commit joins anew.
    LostThreadJoinsAnew,
    /// What has expired is missing: it is asked for, and said to be.
    ExpiredIsMissing,
    /// That something younger than a day has expired is not believed.
    ExpiryIsDoubted,
    /// Who answers for a part of a log leaves out what it lacks.
    MissingIsNotCovered,
    /// A chat whose group cannot be joined goes on in a next one.
    LostGroupIsReset,
    /// The next generation of a chat is of the same people.
    ResetKeepsPeople,
    /// No device goes back to a generation that has ended.
    GenerationNeverFalls,
    /// Whoever has no Welcome into the next generation joins it by itself.
    NextGenerationIsJoined,
    /// What a restored server has is held against what is here.
    RestoredServerIsCompared,
    /// Words that a restored server has lost go out again.
    LostWordsGoAgain,
    /// Own-device state is taken from the group of the own devices only.
    StateIsOfOwnGroup,
    /// The private halves of key packages that nobody used are forgotten when there are many newer ones.
    KeyPackagesEnd,
    /// The phone signs each device list on the one that it signed before, whether or not anybody has it.
    ListOnTheLastSigned,
    /// The phone takes out the leaves of devices that left, whatever way it learns of it.
    LeaversTakenOut,
    /// The phone looks for leaves of devices that left when it comes into a chat.
    LeaversTakenOutOnEntry,
    /// Of own-device state the last writer wins, not the last to arrive.
    LastWriterWins,
    /// A device that is on the list goes by a word of its own only.
    LeaveIsOwnWord,
    /// A version that a device of the account spoke of is wanted: nothing older will do.
    HeardListIsWanted,
    /// The word of a device that was put out since is worth nothing.
    PutOutWordIsNothing,
    /// Numbers of others end below 2^60.
    NumbersEnd,
    /// A server holds back only what it was asked for.
    HeldBackIfAsked,
    /// A mark is told again when a device goes that may have signed it.
    MarkToldWhenOneGoes,
    /// A mark that was set back at the server is told again.
    MarkSetBackIsToldAgain,
    /// A device that died between logging out and wiping itself wipes itself when it starts.
    WipedAtStart,
    /// A linking that fails late leaves no export behind.
    FailedLinkingLeavesNoExport,
    /// Only who wrote a text changes it.
    EditIsItsSenders,
    /// Only who wrote a message deletes it for everyone.
    DeletionIsItsSenders,
    /// What was deleted for everyone leaves the database, whichever came first.
    DeletedIsErased,
    /// What an account deleted for itself is hidden also where it comes later.
    HiddenWheneverItComes,
    /// What is sent on says that it was.
    ForwardIsLabelled,
    /// A file is shown when all of it is here and is what was sent.
    MediaIsChecked,
    /// Of two devices of an account that answer a call, the first one in the log is in it.
    FirstAnswerCounts,
    /// Media of a call is sealed for listed devices only.
    VettedBeforeCall,
    /// What somebody said of themselves in a call does not come again.
    SignsCountOnce,
    /// What somebody said of themselves in one call is nothing in another one.
    SignsOfThisCall,
    /// That somebody is in a call is said to whom they know alone.
    BusyToContacts,
    /// Who may not call in a group does not ring there either.
    RingingIsSpeech,
    /// In a call that goes on nobody is rung but by whom the room shows in it.
    RingsFromTheRoom,
    /// In a call that goes on nobody is rung who is not named.
    RingsAtNamed,
    /// Who is not in a call of two, by its log, does not lead it into a group.
    GrownFromWithin,
    /// A call of two goes on nowhere but in a group that its one has made for both.
    GrownIntoTheirs,
    /// Of two who add people to their call at once, the first one in the log has done it.
    FirstGrowthCounts,
    /// Who is not among those whom a message rings at is not woken for it.
    WokenIfNamed,
    /// What a deleted message carried goes from the device.
    DeletedFilesGo,
    /// Nothing is sent on where one of the messages or chats is refused.
    ForwardsAllOrNone,
    /// What was sent on is not changed.
    ForwardedStaysAsItIs,
}

impl Rule {
    /// By its name, as `Debug` writes it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| format!("{rule:?}") == name)
    }
}

#[cfg(not(feature = "switches"))]
mod switch {
    use super::Rule;

    /// Whether this rule is broken now: never.
    #[inline(always)]
    pub const fn broken(_: Rule) -> bool {
        false
    }
}

#[cfg(feature = "switches")]
mod switch {
    use super::{BROKEN_RULE, Rule};
    use std::cell::Cell;
    use std::sync::OnceLock;

    static FROM_ENVIRONMENT: OnceLock<Option<Rule>> = OnceLock::new();

    thread_local! {
        static IN_THIS_THREAD: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    /// Whether this rule is broken now: in this thread, or by the environment in all.
    pub fn broken(rule: Rule) -> bool {
        let everywhere = *FROM_ENVIRONMENT.get_or_init(|| {
            let name = std::env::var(BROKEN_RULE).ok()?;
            Some(Rule::named(&name).unwrap_or_else(|| panic!("{BROKEN_RULE} names no rule: {name}")))
        });
        everywhere == Some(rule) || IN_THIS_THREAD.get() == Some(rule)
    }

    /// Breaks a rule in this thread, or none from now on.
    pub fn break_in_this_thread(rule: Option<Rule>) {
        IN_THIS_THREAD.set(rule);
    }
}

pub use switch::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_by_their_names() {
        assert_eq!(Rule::named("TimeRises"), Some(Rule::TimeRises));
        assert_eq!(Rule::named("timerises"), None);
        assert!(Rule::ALL.iter().all(|rule| Rule::named(&format!("{rule:?}")) == Some(*rule)));
    }

    #[cfg(not(feature = "switches"))]
    #[test]
    fn nothing_is_broken_in_what_is_shipped() {
        const KEPT: bool = broken(Rule::TimeRises);
        const { assert!(!KEPT) };
    }

    #[cfg(feature = "switches")]
    #[test]
    fn a_rule_is_broken_in_its_thread() {
        break_in_this_thread(Some(Rule::TimeRises));
        assert!(broken(Rule::TimeRises) && !broken(Rule::OneDirectChat));
        assert!(!std::thread::spawn(|| broken(Rule::TimeRises)).join().unwrap_or(true));
    }
}
