//! Numbers of pictures in VP8's payload descriptor (RFC 7741): they count on when a stream changes its source. The
//! descriptor stands before the frame, which clients encrypt; of the frame itself nothing is touched.

use str0m::rtp::{Vp8Descriptor, Vp8Patch};

const PICTURE_ID_MASK: u16 = 0x7fff;

/// The numbers of one outgoing stream.
#[derive(Debug, Default)]
pub(crate) struct PictureIds {
    fresh: bool,
    picture_added: u16,
    layer_added: u8,
    last: Option<(u16, u8)>,
}

impl PictureIds {
    /// The next packet is of another source.
    pub(crate) fn forget_source(&mut self) {
        self.fresh = true;
    }

    /// What is to be changed in this packet; None while its numbers are right as they are, as those of a first source.
    pub(crate) fn patch(&mut self, descriptor: &Vp8Descriptor) -> Option<Vp8Patch> {
        let picture = descriptor.picture_id()?;
        let layer = descriptor.tl0_pic_idx();
        if std::mem::take(&mut self.fresh)
            && let Some((last_picture, last_layer)) = self.last
        {
            self.picture_added = last_picture.wrapping_add(1).wrapping_sub(picture) & PICTURE_ID_MASK;
            self.layer_added = last_layer.wrapping_add(1).wrapping_sub(layer.unwrap_or(0));
        }
        let picture = picture.wrapping_add(self.picture_added) & PICTURE_ID_MASK;
        let layer = layer.map(|layer| layer.wrapping_add(self.layer_added));
        self.note(picture, layer.unwrap_or(0));
        if self.picture_added == 0 && self.layer_added == 0 {
            return None;
        }
        let mut patch = descriptor.patch().picture_id(picture);
        if let Some(layer) = layer {
            patch = patch.tl0_pic_idx(layer);
        }
        // Seven bits are too few for the number: it stays as it was.
        patch.build().ok()
    }

    /// A packet that came late does not set the numbers back.
    fn note(&mut self, picture: u16, layer: u8) {
        const HALF: u16 = PICTURE_ID_MASK / 2;
        let newer = self.last.is_none_or(|(last, _)| (picture.wrapping_sub(last) & PICTURE_ID_MASK) < HALF);
        if newer {
            self.last = Some((picture, layer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A descriptor with a 15-bit picture id, TL0PICIDX and temporal layer.
    fn packet(picture: u16, layer: u8) -> Vec<u8> {
        let [high, low] = (picture | 0x8000).to_be_bytes();
        vec![0x90, 0xe0, high, low, layer, 0x00, 0x01, 0x02]
    }

    fn patched(ids: &mut PictureIds, picture: u16, layer: u8) -> bool {
        ids.patch(&Vp8Descriptor::parse(&packet(picture, layer)).unwrap()).is_some()
    }

    #[test]
    fn a_first_source_is_left_as_it_is_and_the_next_counts_on() {
        let mut ids = PictureIds::default();
        assert!(!patched(&mut ids, 0x7fff, 255));
        assert!(!patched(&mut ids, 0, 0));
        ids.forget_source();
        assert!(patched(&mut ids, 500, 9));
        assert_eq!(ids.last, Some((1, 1)));
        assert!(patched(&mut ids, 499, 8));
        assert!(patched(&mut ids, 501, 9));
        assert_eq!(ids.last, Some((2, 1)));
    }

    proptest! {
        #[test]
        fn any_payload_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(descriptor) = Vp8Descriptor::parse(&bytes) {
                let mut ids = PictureIds::default();
                ids.patch(&descriptor);
                ids.forget_source();
                ids.patch(&descriptor);
            }
        }
    }
}
