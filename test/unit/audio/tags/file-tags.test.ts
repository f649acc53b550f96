import assert from 'node:assert/strict';
import { fileTags } from '../../../../lib/audio/tags/file-tags.ts';

describe('The tags of a file', () => {
  it('do not have the name that a muxer gives itself', () => {
    for (const muxer of ['Lavf59.27.100', 'Lavc58.42.100 ac3']) {
      const { tags } = fileTags({ containerFormat: 'Matroska', title: ['a'], encodedBy: [muxer] });
      assert.deepEqual(tags, { title: ['a'] }, muxer);
    }
  });

  it('have the person that encoded the sound', () => {
    const { tags } = fileTags({ containerFormat: 'MP4', encodedBy: ['Ann'] });
    assert.deepEqual(tags, { encodedBy: ['Ann'] });
  });
});
