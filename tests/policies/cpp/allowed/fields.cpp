struct Task {
        int exec, fork, system;
};

int main()
{
        Task task{1, 2, 3};
        return task.exec + task.fork + task.system - 6;
}
