"""Everything that a waypoint.hcl can have is known: what is wrong is an error, what is not carried out a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from milepost.host.project.notes import notes
from milepost.sdk.problem import Problem

Read = Callable[..., Any]
Problems = Callable[..., tuple[Problem, ...]]

WHOLE = """project = "example"
labels  = { team = "blue" }

runner {
  enabled = true
  profile = "big"
  data_source "git" {
    url                         = "https://example.org/x.git"
    path                        = "app"
    ref                         = "main"
    username                    = "ada"
    password                    = var.password
    key                         = ""
    key_password                = ""
    ignore_changes_outside_path = true
    recurse_submodules          = 1
  }
  poll {
    enabled  = true
    interval = "30s"
  }
}

variable "password" {
  type        = string
  default     = "x"
  description = "of git"
  env         = ["PASSWORD"]
  sensitive   = true
}

plugin "special" {
  type {
    mapper   = true
    build    = true
    registry = true
    deploy   = true
    release  = true
  }
  checksum = "8b5a"
}

config {
  env      = { A = "1" }
  internal = { B = "2" }
  file     = { "c.txt" = "3" }
  file_change_signal = "HUP"
  workspace "production" {
    env = { A = "2" }
  }
  label "team == blue" {
    internal = { B = "3" }
  }
  runner {
    env = { TOKEN = "x" }
    workspace "production" {
      env = { TOKEN = "y" }
    }
  }
}

pipeline "outer" {
  labels = { a = "b" }
  step "one" {
    use "build" {
      disable_push = false
    }
  }
  step "two" {
    depends_on = ["one"]
    image_url  = "busybox"
    workspace  = "production"
    labels     = { a = "b" }
    use "exec" {
      command = "echo"
      args    = ["x"]
    }
  }
  step "three" {
    pipeline "inner" {
      step "four" {
        use "deploy" {
          release = false
        }
      }
      step "five" {
        use "release" {
          deployment_ref        = "1"
          prune                 = true
          prune_retain          = 1
          prune_retain_override = true
        }
      }
    }
  }
  step "six" {
    use "up" {
      prune = true
    }
  }
  step "seven" {
    use "pipeline" {
      project = "example"
      name    = "other"
    }
  }
}

app "web" {
  path   = "."
  labels = { a = "b" }
  url {
    auto_hostname = true
  }
  runner {
    profile = "small"
  }
  config {
    env = { A = "x" }
  }
  build {
    labels = { a = "b" }
    hook {
      when       = "before"
      command    = ["true"]
      on_failure = "continue"
    }
    use "docker" {}
    registry {
      labels = { a = "b" }
      use "docker" {}
      workspace "production" {
        use "aws-ecr" {}
      }
      label "team == blue" {
        use "docker" {}
      }
    }
    workspace "production" {
      use "pack" {}
    }
  }
  deploy {
    use "kubernetes" {}
    label "a == b" {
      use "nomad" {}
    }
  }
  release {
    use "kubernetes" {}
    workspace "production" {
      use "aws-alb" {}
    }
  }
}
"""


def test_everything_that_waypoint_knew_is_read_and_what_is_not_carried_out_is_noted_once(read: Read) -> None:
    project = read(WHOLE, "waypoint.hcl")
    told = [(each.position.line, each.message) for each in notes(project)]
    assert told == [
        (4, "runner is read and not carried out"),
        (33, 'type of plugin "special" is read and not carried out'),
        (40, 'checksum of plugin "special" is read and not carried out'),
        (47, "file_change_signal of config is read and not carried out"),
        (54, "runner of config is read and not carried out"),
        (62, 'pipeline "outer" is read and not carried out'),
        (112, 'url of app "web" is read and not carried out'),
        (115, 'runner of app "web" is read and not carried out'),
    ]
    assert all(each.hint and each.source for each in notes(project))


def test_a_file_without_any_of_it_has_no_notes(read: Read) -> None:
    assert notes(read('project = "x"\napp "a" {\n  deploy {\n    use "l" {}\n  }\n}\n')) == ()


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ('runner {\n  data_source "svn" {\n    url = "x"\n  }\n}', 3, 'no kind of data source "svn"', "there is git"),
        ('runner {\n  data_source "git" {\n  }\n}', 3, 'needs the argument "url"', "add url"),
        ("runner {\n  profil = 1\n}", 3, 'no argument "profil"', "did you mean profile?"),
        ("runner {\n  pol {\n  }\n}", 3, 'no block "pol"', "did you mean poll?"),
        ('pipeline "a" {\n}', 2, 'needs the block "step"', 'add step "NAME"'),
        ('pipeline "a" {\n  step "b" {\n  }\n}', 3, 'a "use" or a "pipeline"; found neither', "write use"),
        (
            'pipeline "a" {\n  step "b" {\n    use "up" {}\n    pipeline "c" {\n      step "d" {\n        use "up" {}\n'
            "      }\n    }\n  }\n}",
            3,
            "found both",
            "write use",
        ),
        ('pipeline "a" {\n  step "b" {\n    use "upp" {}\n  }\n}', 4, 'no kind of step "upp"', 'did you mean "up"?'),
        (
            'pipeline "a" {\n  step "b" {\n    use "up" {\n      prun = true\n    }\n  }\n}',
            5,
            'the step "up" has no argument "prun"',
            "did you mean prune?",
        ),
        (
            'pipeline "a" {\n  step "b" {\n    depends_on = ["c"]\n    use "up" {}\n  }\n}',
            4,
            'there is no step "c"',
            "there is b",
        ),
        ('pipeline "a" {\n  step "b" {\n    use "up" {}\n    depends = 1\n  }\n}', 5, "no argument", "depends_on"),
        ('plugin "a" {\n  type {\n    bild = true\n  }\n}', 4, 'no argument "bild"', "did you mean build?"),
        ("config {\n  environment = {}\n}", 3, 'no argument "environment"', ""),
        ('config {\n  workspace "a" {\n    file_change = 1\n  }\n}', 4, 'no argument "file_change"', ""),
        ('workspace "a" {\n  protect = true\n}', 3, 'no argument "protect"', "did you mean protected?"),
        ('workspace "a" {\n  protected = "yes"\n}', 3, "protected: expected true or false", ""),
        ('milepost {\n  files = "../x"\n}', 3, "files: expected a list of plain texts", ""),
        ('milepost {\n  files = ["~/x"]\n}', 3, '"~" means nothing here', "write an absolute path"),
        ('variable "a" {\n  validation {\n    condition = true\n  }\n}', 3, 'needs the argument "error_message"', ""),
    ],
)
def test_what_is_wrong_in_such_a_block_is_said_where_it_stands(
    text: str, line: int, words: str, hint: str, problems: Problems
) -> None:
    (problem,) = problems(f'project = "x"\n{text}\n', "waypoint.hcl")
    assert problem.position
    assert (problem.position.line, words in problem.message, hint in problem.hint) == (line, True, True), problem
