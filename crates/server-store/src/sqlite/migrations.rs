//! The schema, as numbered steps that never change once released.

use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// `PRAGMA application_id` of our files.
const APPLICATION_ID: i32 = 0x4845_4c49;
const STEPS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
    include_str!("schema_7.sql"),
];

/// Brings the file to this release's schema, or refuses one from a newer release.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = u32::try_from(STEPS.len()).expect("a handful of migrations");
    let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: u32 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (found != 0 || tables != 0) {
        return Err(StoreError::Corrupt("the file belongs to another program"));
    }
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for step in STEPS.iter().skip(found as usize) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::Sqlite;

    #[test]
    fn a_newer_database_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heliograph.db");
        drop(Sqlite::open(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        assert!(matches!(Sqlite::open(&path), Err(StoreError::Newer { found: 99, known: 7 })));
    }

    #[tokio::test]
    async fn what_an_older_release_stored_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heliograph.db");
        let older = Connection::open(&path).unwrap();
        for step in STEPS.iter().take(3) {
            older.execute_batch(step).unwrap();
        }
        older.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        older.pragma_update(None, "user_version", 3).unwrap();
        older.execute("INSERT INTO ticket VALUES (?, '+491', 9)", [[7_u8; 32]]).unwrap();
        drop(older);
        let stores = Sqlite::open(&path).unwrap().stores();
        assert_eq!(stores.registrations.ticket([7; 32], 1).await.unwrap().unwrap().number, "+491");
        let registration = crate::accounts::Registration {
            ticket_hash: [7; 32],
            account: proto::ids::AccountId([1; 16]),
            number: "+491".into(),
            signed_device_list: Vec::new(),
            devices: Vec::new(),
            pin_hash: None,
            admission: crate::invites::Admission::Anybody,
            now_ms: 1,
        };
        let outcome = stores.accounts.register(registration).await.unwrap();
        assert!(matches!(outcome, crate::accounts::RegisterOutcome::Registered { .. }), "{outcome:?}");
        assert_eq!(stores.invites.invites().await.unwrap(), []);
    }

    #[test]
    fn another_programs_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(matches!(Sqlite::open(&path), Err(StoreError::Corrupt(_))));
        let text = folder.path().join("text.db");
        std::fs::write(&text, "no database at all, but long enough to have a header".repeat(20)).unwrap();
        assert!(matches!(Sqlite::open(&text), Err(StoreError::Corrupt(_))));
    }
}
