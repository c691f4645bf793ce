package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onOwnDisk runs a shell script with a small file system of its own at $DISK, which nobody else sees and which is gone afterwards. It needs
// the rights of root and skips without them.
func onOwnDisk(t *testing.T, size, script string) (output string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	if err := exec.Command("unshare", "--mount", "mount", "-t", "tmpfs", "none", t.TempDir()).Run(); err != nil {
		t.Skip("no rights to mount: ", err)
	}
	cmd := exec.Command("unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=$SIZE none $DISK || exit\n"+script)
	cmd.Env = append(os.Environ(), "SIZE="+size, "DISK="+t.TempDir(), "TOY="+toyConfig)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestP17ADiskThatIsFullEndsInOneLineAndTheNextRunContinues(t *testing.T) {
	undisturbed := filepath.Join(t.TempDir(), "run")
	once := false
	for _, size := range []string{"100k", "1m", "5500k"} { // full at the second moment, at the edits, at the chunks
		copied := filepath.Join(t.TempDir(), "run")
		out := onOwnDisk(t, size, `
pipeline -q run $TOY --out $DISK/run --set samples.chunk=1 > /dev/null
echo "exit code $?"
mount -o remount,size=50m $DISK
pipeline -q run $TOY --out $DISK/run --set samples.chunk=1 > /dev/null
echo "exit code $?"
cp -r $DISK/run `+copied)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "pipeline: ") || !strings.Contains(lines[0], "publish ") ||
			!strings.Contains(lines[0], "no space left on device") || lines[1] != "exit code 1" || lines[2] != "exit code 0" {
			t.Errorf("with %s of disk: %s", size, out)
			continue
		}
		if !once {
			mustRun(t, undisturbed, "--set", "samples.chunk=1")
			once = true
		}
		if diff := cmp.Diff(contents(t, undisturbed), contents(t, copied)); diff != "" {
			t.Errorf("with %s of disk, then more:\n%s", size, diff)
		}
	}
}

func TestP17AReadOnlyDiskRefusesARunAndStillTellsWhatItHolds(t *testing.T) {
	out := onOwnDisk(t, "50m", `
pipeline -q run $TOY --out $DISK/run > /dev/null || exit
pipeline -q check $DISK/run $DISK/bounds.toml --update > /dev/null || exit
mount -o remount,ro $DISK
pipeline -q run $TOY --out $DISK/run --set samples.count=7 > /dev/null; echo "run again: $?"
pipeline -q run $TOY --out $DISK/other > /dev/null; echo "run elsewhere: $?"
pipeline -q report $DISK/run > /dev/null; echo "report: $?"
pipeline -q sample --model world:faces --seeds 0 --out $DISK/pictures > /dev/null; echo "sample: $?"
pipeline -q plan $TOY --out $DISK/run > /dev/null; echo "plan: $?"
pipeline -q status $DISK/run > /dev/null; echo "status: $?"
pipeline -q verify $DISK/run --chunks 1 > /dev/null; echo "verify: $?"
pipeline -q check $DISK/run $DISK/bounds.toml > /dev/null; echo "check: $?"`)
	var codes []string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "pipeline: ") {
			if !strings.HasSuffix(line, "read-only file system") {
				t.Errorf("got %q", line)
			}
			continue
		}
		codes = append(codes, line)
	}
	want := []string{"run again: 1", "run elsewhere: 1", "report: 1", "sample: 1", "plan: 0", "status: 0", "verify: 0", "check: 0"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("exit codes (-want +got):\n%s\n%s", diff, out)
	}
}
