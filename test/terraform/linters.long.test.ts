import assert from 'node:assert/strict';
import { join } from 'node:path';
import { z } from 'zod';
import { findProgram, run } from '../support/programs.ts';
import { TERRAFORM } from './hcl.ts';

const summary = z.object({
  summary: z.object({ failed: z.number(), passed: z.number(), parsing_errors: z.number() }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string(), file_path: z.string() })),
    skipped_checks: z.array(
      z.object({ check_id: z.string(), check_result: z.object({ suppress_comment: z.string() }) }),
    ),
  }),
});

describe('The Terraform linter', function () {
  this.timeout(300_000);

  it('checkov finds nothing but the exceptions that are listed with their reasons', async function () {
    const checkov = (await findProgram('checkov')) ?? this.skip();
    const framework = ['--directory', TERRAFORM, '--framework', 'terraform'];
    const { stdout } = await run(
      checkov,
      [...framework, '--output', 'json', '--skip-download', '--soft-fail'],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const report = summary.parse(JSON.parse(stdout));
    assert.deepEqual(report.results.failed_checks, []);
    assert.equal(report.summary.parsing_errors, 0);
    assert.ok(report.summary.passed > 80, `expected more than 80 checks, got ${report.summary.passed}`);
    for (const { check_id, check_result } of report.results.skipped_checks) {
      assert.match(check_result.suppress_comment, /^\p{Lu}.{30,}\.$/u, `${check_id} has no reason`);
    }
  });

  it('tflint finds nothing with its strictest preset', async function () {
    const tflint = (await findProgram('tflint')) ?? this.skip();
    const config = join(TERRAFORM, '.tflint.hcl');
    const { stdout } = await run(tflint, ['--recursive', `--chdir=${TERRAFORM}`, `--config=${config}`]);
    assert.equal(stdout, '');
  });
});
