//! The client's database: numbered migrations, one schema for phone, browser and terminal.
//!
//! MLS state, rows, outbox and cursors live in this one database, so that one transaction changes them together.

use crate::io::Halt;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// Migration n (from 1) brings a database from `user_version` n - 1 to n. A published one is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
    include_str!("schema/0009.sql"),
    include_str!("schema/0010.sql"),
    include_str!("schema/0011.sql"),
    include_str!("schema/0012.sql"),
    include_str!("schema/0013.sql"),
    include_str!("schema/0014.sql"),
    include_str!("schema/0015.sql"),
    include_str!("schema/0016.sql"),
];

/// Makes the database usable: brings it to the newest schema and counts this opening in the boot counter.
///
/// Errors: `Halt::NewerDatabase` where a newer version wrote it.
pub fn open(connection: &Connection) -> Result<(), Halt> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(Halt::NewerDatabase { found, known });
    }
    // Without it SQLite plans a statement anew whenever a value is bound to it that a partial index might be about: that
    // took longer than running it. Where such an index is to serve, the query names the value itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted does not stay in the file's free places.
    connection.pragma_update(None, "secure_delete", true)?;
    for (number, migration) in (1u32..).zip(MIGRATIONS) {
        if number > found {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(migration)?;
            if number == 1 {
                transaction.execute_batch(e2ee::storage::SCHEMA)?;
            }
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    connection.execute("UPDATE this SET boot_counter = boot_counter + 1", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_siblings_said_to_a_version_that_did_not_know_it_is_looked_through() {
        let db = Connection::open_in_memory().expect("memory");
        for migration in &MIGRATIONS[..9] {
            db.execute_batch(migration).expect("an older version's");
        }
        db.execute_batch(e2ee::storage::SCHEMA).expect("schema");
        db.pragma_update(None, "user_version", 9).expect("of that version");
        let id = |number: u8| [number; 16];
        for (number, kind) in [(0xa1, 2), (0xa2, 2), (0xa3, 3), (0xa4, 2)] {
            let sql = "INSERT INTO chat (chat, kind, generation, peer, membership, created_ms, activity_ms)
                       VALUES (?1, ?2, 1, ?3, 1, 1, 1)";
            db.execute(sql, rusqlite::params![id(number), kind, id(number + 16)]).expect("a chat");
        }
        let keys = [(0xa1, "clear/"), (0xa3, "clear-unstarred/"), (0xb2, "block/"), (0xa4, "pin/")];
        for (number, prefix) in keys {
            let sql = "INSERT INTO state VALUES (?1, x'01', 1, 1)";
            let key = match prefix {
                "block/" => format!("{prefix}{}", client_api::AccountId(id(number))),
                _ => format!("{prefix}{}", proto::ids::ChatId(id(number))),
            };
            db.execute(sql, [key]).expect("a key");
        }
        open(&db).expect("opened");
        let mut statement = db.prepare("SELECT chat FROM sweep ORDER BY chat").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("query");
        let chats: Vec<u8> = rows.map(|chat| chat.expect("row")[0]).collect();
        assert_eq!(chats, [0xa1, 0xa2, 0xa3]);
    }

    /// One that is forgotten here, or stands in another place than its number says, would be found by whoever has data.
    #[test]
    fn the_migrations_are_the_files_in_their_order() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
        files.sort();
        let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect();
        assert_eq!(texts.len(), MIGRATIONS.len(), "{files:?}");
        for ((file, text), migration) in files.iter().zip(&texts).zip(MIGRATIONS) {
            assert!(text == migration, "{} stands in another place", file.display());
        }
    }
}
