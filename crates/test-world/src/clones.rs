//! Two clones of one device: its database was copied, and both copies run, each as if it were the device.

use crate::base::copy;
use crate::plan::DeviceRef;
use crate::texts;
use crate::world::World;
use anyhow::Result;

/// How it is counted that a user was told that a database is behind.
pub(crate) const TOLD: &str = "told that the storage was set back";

impl World {
    /// A second program runs on a copy of the device's database.
    pub(crate) fn clone_device(&mut self, device: DeviceRef, slot: u8) -> Result<Option<()>> {
        let (Some(from), Some(to)) = (self.active(device), self.index(DeviceRef { slot, ..device })) else {
            return Ok(None);
        };
        let db = self.devices.get(from).map(|device| copy(&device.db)).transpose()?;
        let (Some(db), Some(clone)) = (db, self.devices.get_mut(to).filter(|clone| clone.is_vacant())) else {
            return Ok(None);
        };
        clone.become_clone(device, db);
        let life = clone.life;
        self.cloned.extend([device, DeviceRef { slot, ..device }]);
        self.start(to, life)?;
        Ok(Some(()))
    }

    /// A page that was told that another one has its place is asked to go on here.
    pub(crate) fn use_here(&mut self, device: DeviceRef) -> Option<()> {
        let index = self.index(device)?;
        self.devices.get(index).filter(|device| device.is_running())?;
        self.program_gone(index, 1);
        Some(())
    }

    /// One of the two goes, and its database.
    pub(crate) fn clone_ends(&mut self, device: DeviceRef) -> Result<Option<()>> {
        let Some(index) = self.index(device).filter(|_| self.cloned.contains(&device)) else { return Ok(None) };
        let Some(clone) = self.devices.get(index).filter(|clone| !clone.is_vacant()) else { return Ok(None) };
        let unsent = texts::unsent(&clone.db)?;
        if !unsent.is_empty() {
            self.alarms.push(format!("{device:?} goes with texts that nobody else has: {unsent:?}"));
        }
        self.put_away(index)?;
        Ok(Some(()))
    }
}
